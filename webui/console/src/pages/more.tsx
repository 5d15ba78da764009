// More: pages that the bar of a phone has no room for, look, language, sign-ins, password.
import { useState } from 'preact/hooks';
import { agentParts } from '../api/agent';
import { type ApiError, post, put, remove, signedIn } from '../api/client';
import { asApiError, sentence } from '../api/errors';
import { useResource } from '../api/resource';
import { me, signIns } from '../api/resources';
import { bars, needed, strength } from '../api/strength';
import type { SignIn } from '../api/types';
import { pages } from '../app/pages';
import { A, navigate } from '../app/router';
import { setSingleKeys, singleKeys } from '../app/shortcuts';
import { ThemeChoice } from '../app/shell';
import { useStore } from '../app/store';
import { Icon } from '../components/icon';
import { Bubble, Button, Chip, Loaded, PageHead, PasswordField, Section, Switch } from '../components/parts';
import { T, When } from '../components/text';
import { toast, toastError } from '../components/toast';
import { t } from '../i18n';
import { exactTime } from '../i18n/units';
import { LanguageChoice } from './gate';

function browserText(agent: string): string {
  const { browser, system } = agentParts(agent);
  if (browser && system) return t('more.browser', { browser, system });
  return browser ?? system ?? t('more.unknown_browser');
}

function SignInRow({ one }: { one: SignIn }) {
  const [busy, setBusy] = useState(false);
  const end = async (): Promise<void> => {
    setBusy(true);
    try {
      await remove(`/sign-ins/${one.id}`);
      toast(t('more.ended', { address: one.address }));
    } catch (error) {
      toastError(error);
    }
    await signIns.reload();
    setBusy(false);
  };
  return (
    <li class="att">
      <Bubble icon="person" {...(one.current ? { tone: 'ok' as const } : {})} />
      <div>
        <h3>
          {browserText(one.agent)} {one.current ? <Chip>{t('more.this')}</Chip> : null}
        </h3>
        <p class="row wrap">
          <bdi dir="ltr">{one.address}</bdi>
          <span>{t('more.since', { time: exactTime(one.since_unix) })}</span>
          {one.current ? null : <When unix={one.last_unix} />}
        </p>
      </div>
      {one.current ? null : (
        <div class="acts">
          <Button
            small
            busy={busy}
            onClick={() => void end()}
            aria-label={t('more.end_for', { address: one.address })}
          >
            {t('more.end')}
          </Button>
        </div>
      )}
    </li>
  );
}

function SignIns() {
  const snapshot = useResource(signIns);
  const all = snapshot.data?.sign_ins ?? [];
  return (
    <Section
      id="sign-ins"
      title={t('more.sign_ins')}
      {...(all.length ? { count: all.length } : {})}
      note={t('more.sign_ins_note')}
    >
      <Loaded of={snapshot} title={t('more.sign_ins_failed')} reload={() => void signIns.reload()}>
        {() =>
          all.length ? (
            <ul class="card flush list">
              {all.map((one) => (
                <SignInRow key={one.id} one={one} />
              ))}
            </ul>
          ) : (
            <p class="card soft small">{t('more.sign_ins_none')}</p>
          )
        }
      </Loaded>
    </Section>
  );
}

function ChangePassword() {
  const [now, setNow] = useState('');
  const [next, setNext] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const word = strength(next);
  const length = [...next].length;
  const submit = async (): Promise<void> => {
    if (!now || word === 'short') return;
    setBusy(true);
    setError(undefined);
    try {
      await put('/password', { current: now, new: next });
      setNow('');
      setNext('');
      toast(t('more.password_done'));
      void signIns.reload();
    } catch (problem) {
      setError(asApiError(problem));
    } finally {
      setBusy(false);
    }
  };
  const about = error?.code === 'bad_value' ? 'next' : 'now';
  return (
    <Section id="password" title={t('more.password')}>
      <form
        class="card stack l narrow"
        novalidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <input
          class="vh"
          type="text"
          autocomplete="username"
          value="operator"
          tabIndex={-1}
          readOnly
          aria-label={t('gate.account')}
        />
        <PasswordField
          label={t('more.password_now')}
          value={now}
          onValue={setNow}
          autocomplete="current-password"
          error={error && about === 'now' ? sentence(error) : undefined}
        />
        <PasswordField
          label={t('more.password_new')}
          value={next}
          onValue={setNext}
          autocomplete="new-password"
          error={error && about === 'next' ? sentence(error) : undefined}
          hint={
            word === 'short'
              ? t('setup.too_short', { n: needed - length })
              : t(`setup.${word}`, { n: length })
          }
          meter={
            <div class="meter" aria-hidden="true">
              {[1, 2, 3, 4].map((bar) => (
                <i key={bar} class={bar <= bars[word] ? 'on' : undefined} />
              ))}
            </div>
          }
        />
        <div>
          <Button type="submit" busy={busy} off={!now || word === 'short'}>
            {t('more.password_act')}
          </Button>
        </div>
      </form>
    </Section>
  );
}

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
      <PageHead title={t('more.title')} lead={t('more.lead')}>
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
      <ChangePassword />
      {who ? <p class="dim tiny">{t('more.version', { version: who.version })}</p> : null}
    </>
  );
}
