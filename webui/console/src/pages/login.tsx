// Sign in, and back to the page that was asked for.
import { useEffect, useRef, useState } from 'preact/hooks';
import { type ApiError, post, signedIn } from '../api/client';
import { asApiError, sentence } from '../api/errors';
import { tryNow } from '../api/live';
import { useResource } from '../api/resource';
import { me } from '../api/resources';
import { navigate, ownAddress, usePlace } from '../app/router';
import { PasswordField } from '../components/fields';
import { Button } from '../components/parts';
import { T } from '../components/text';
import { t } from '../i18n';
import { Gate, Warned } from './gate';
import { Account } from '../components/password_fields';

export default function Login() {
  const { query } = usePlace();
  const who = useResource(me).data;
  const host = who?.host_name ?? 'punktfunk';
  const [password, setPassword] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    form.current?.querySelector<HTMLInputElement>('input[autocomplete="current-password"]')?.focus();
  }, []);

  const submit = async (): Promise<void> => {
    if (busy || !password) return;
    setBusy(true);
    setError(undefined);
    try {
      await post('/login', { password });
      const next = ownAddress(query.get('next'));
      signedIn.set('yes');
      void me.reload();
      tryNow();
      navigate(next.startsWith('/login') ? '/' : next, { replace: true });
    } catch (problem) {
      setError(asApiError(problem));
      setPassword('');
      form.current?.querySelector<HTMLInputElement>('input[autocomplete="current-password"]')?.focus();
    } finally {
      setBusy(false);
    }
  };

  return (
    <Gate title={t('login.act')}>
      <section class="card stack l" aria-labelledby="h-login">
        <h1 id="h-login">{t('login.title', { host })}</h1>
        <form
          class="stack l"
          ref={form}
          novalidate
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <Account />
          <PasswordField
            big
            label={t('login.password')}
            value={password}
            onValue={setPassword}
            autocomplete="current-password"
            error={error ? sentence(error) : undefined}
          />
          <Button look="primary" type="submit" busy={busy}>
            {t('login.act')}
          </Button>
        </form>
        <details>
          <summary class="small soft">{t('login.forgot')}</summary>
          <p class="small soft">
            <T k="login.forgot_lead" />
          </p>
        </details>
      </section>
      <Warned />
    </Gate>
  );
}
