// A new console password. Every other browser is signed out.
import { useState } from 'preact/hooks';
import { type ApiError, put } from '../../api/client';
import { asApiError, sentence } from '../../api/errors';
import { signIns } from '../../api/resources';
import { strength } from '../../api/strength';
import { PasswordField } from '../../components/fields';
import { Account, NewPassword } from '../../components/password_fields';
import { Button, Section } from '../../components/parts';
import { toast } from '../../components/toast';
import { t } from '../../i18n';

export function ChangePassword() {
  const [now, setNow] = useState('');
  const [next, setNext] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const short = strength(next) === 'short';
  const submit = async (): Promise<void> => {
    if (!now || short) return;
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
        <Account />
        <PasswordField
          label={t('more.password_now')}
          value={now}
          onValue={setNow}
          autocomplete="current-password"
          error={error && about === 'now' ? sentence(error) : undefined}
        />
        <NewPassword
          label={t('more.password_new')}
          value={next}
          onValue={setNext}
          error={error && about === 'next' ? sentence(error) : undefined}
        />
        <div>
          <Button type="submit" busy={busy} off={!now || short}>
            {t('more.password_act')}
          </Button>
        </div>
      </form>
    </Section>
  );
}
