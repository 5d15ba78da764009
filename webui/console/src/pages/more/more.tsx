// More: pages that the bar of a phone has no room for, look, language, sign-ins, tokens, password.
import { useState } from 'preact/hooks';
import { post, signedIn } from '../../api/client';
import { useResource } from '../../api/resource';
import { me } from '../../api/resources';
import { pages } from '../../app/pages';
import { A, navigate } from '../../app/router';
import { setSingleKeys, singleKeys } from '../../app/shortcuts';
import { ThemeChoice } from '../../app/shell';
import { useStore } from '../../app/store';
import { Switch } from '../../components/fields';
import { Icon } from '../../components/icon';
import { Button, PageHead, Section } from '../../components/parts';
import { T } from '../../components/text';
import { toastError } from '../../components/toast';
import { t } from '../../i18n';
import { LanguageChoice } from '../gate';
import { ChangePassword } from './change_password';
import { SignIns } from './sign_ins';
import { Tokens } from './tokens';

export default function More() {
  const who = useResource(me).data;
  const keys = useStore(singleKeys);
  const [busy, setBusy] = useState(false);
  const signOut = async (): Promise<void> => {
    setBusy(true);
    try {
      await post('/logout');
      navigate('/login', { replace: true });
      signedIn.set('no');
    } catch (error) {
      toastError(error);
      setBusy(false);
    }
  };
  return (
    <>
      <PageHead title={t('nav.more')} lead={t('more.lead')}>
        <Button busy={busy} onClick={() => void signOut()}>
          {t('more.sign_out')}
        </Button>
      </PageHead>
      <nav class="more-pages" aria-label={t('more.pages')}>
        <ul class="card flush list">
          {pages
            .filter((page) => page.bar === 'no')
            .map((page) => (
              <li key={page.path}>
                <A class="more-link" href={page.path}>
                  <Icon name={page.icon} />
                  {t(page.title)}
                  <span class="push">
                    <Icon name="next" small />
                  </span>
                </A>
              </li>
            ))}
        </ul>
      </nav>
      <Section id="look" title={t('more.look')}>
        <div class="card stack l">
          <div class="field narrow">
            <LanguageChoice label />
          </div>
          <div class="field">
            <span class="label">{t('theme.title')}</span>
            <ThemeChoice words />
          </div>
          <div class="field">
            <Switch checked={keys} onChange={setSingleKeys} label={t('more.keys')} />
            <span class="hint">
              <T k="more.keys_hint" />
            </span>
          </div>
        </div>
      </Section>
      <SignIns />
      <Tokens />
      <ChangePassword />
      {who ? <p class="dim tiny">{t('more.version', { version: who.version })}</p> : null}
    </>
  );
}
