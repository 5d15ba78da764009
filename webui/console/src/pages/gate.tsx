// The frame before the console: first run and sign-in.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useResource } from '../api/resource';
import { setup } from '../api/resources';
import { Brand, ThemeChoice } from '../app/shell';
import { useStore } from '../app/store';
import { useUid } from '../components/hooks';
import { Fingerprint } from '../components/parts';
import { T } from '../components/text';
import { type Language, languages, languageStore, setLanguage, t } from '../i18n';

export function LanguageChoice({ label }: { label?: boolean }) {
  const current = useStore(languageStore);
  const id = useUid('lang');
  return (
    <>
      <label class={label ? undefined : 'vh'} for={id}>
        {t('gate.language')}
      </label>
      <select
        id={id}
        class="in"
        autocomplete="off"
        value={current}
        onChange={(event) => void setLanguage(event.currentTarget.value as Language)}
      >
        {languages.map((language) => (
          <option key={language.id} value={language.id} lang={language.id}>
            {language.name}
          </option>
        ))}
      </select>
    </>
  );
}

// The fingerprint to compare with what the browser shows about the certificate.
export function Warned({ open = false }: { open?: boolean }) {
  const known = useResource(setup).data;
  return (
    <details class="small soft" open={open}>
      <summary>{t('login.warned')}</summary>
      <p>
        <T k="login.warned_lead" />
      </p>
      {known ? <Fingerprint hex={known.fingerprint} label={t('host.fingerprint')} small /> : null}
    </details>
  );
}

export function Gate({
  title,
  wide,
  children,
}: {
  title: string;
  wide?: boolean;
  children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · punktfunk host`;
  }, [title]);
  return (
    <div class="gate">
      <main id="main" class={wide ? 'wide' : undefined} tabIndex={-1}>
        <Brand />
        {children}
      </main>
      <footer>
        <LanguageChoice />
        <ThemeChoice />
      </footer>
    </div>
  );
}
