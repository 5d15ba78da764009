// Editing what a paired device may do.
import { useState } from 'preact/hooks';
import { changeFields, type Choice, difference, widens } from '../../api/access';
import { ApiError, hostNow, request } from '../../api/client';
import { asApiError, sentence } from '../../api/errors';
import { isPasswordProblem } from '../../api/password';
import { devices } from '../../api/resources';
import type { Device, Session } from '../../api/types';
import { setQuery } from '../../app/router';
import { deviceIcon } from '../../components/device_icon';
import { Dialog, FormFoot } from '../../components/dialog';
import { PasswordField } from '../../components/fields';
import { Button } from '../../components/parts';
import { Banner } from '../../components/states';
import { toast } from '../../components/toast';
import { t } from '../../i18n';
import { duration, list } from '../../i18n/units';
import { AccessForm, grantText, levelText } from './access_form';
import { Account } from '../../components/password_fields';

export const versionOf = (device: Device): string | undefined =>
  device.revision === undefined ? undefined : `"${device.revision}"`;

export function AccessDialog({
  device,
  session,
  onClose,
}: {
  device: Device;
  session: Session | undefined;
  onClose(): void;
}) {
  // What the dialog was opened with; an answer "changed elsewhere" replaces it, a fresh list does not.
  const [base, setBase] = useState(device);
  const [choice, setChoice] = useState<Choice>({ grants: device.grants, end: { kind: 'keep' } });
  const [password, setPassword] = useState('');
  const [error, setError] = useState<ApiError>();
  const [conflict, setConflict] = useState(false);
  const [busy, setBusy] = useState(false);
  // After "take what is there" the form starts anew.
  const [round, setRound] = useState(0);

  const change = changeFields(base, choice);
  const changed = Object.keys(change).length > 0;
  const gate = widens(base, change, hostNow()) || isPasswordProblem(error);
  const { given, taken } = difference(base.grants, choice.grants);
  const endChanges =
    change.expires_in_secs !== undefined || change.clear_expiry || change.until_disconnect !== undefined;

  const save = async (): Promise<void> => {
    if (!changed) {
      onClose();
      return;
    }
    if (gate && !password) return;
    setBusy(true);
    setError(undefined);
    try {
      const version = versionOf(base);
      await request<Device>('PATCH', `/devices/${base.id}`, {
        body: gate ? { ...change, password } : change,
        ...(version ? { ifMatch: version } : {}),
      });
      toast(t('access.saved', { name: base.name }));
      void devices.reload();
      onClose();
    } catch (problem) {
      const known = asApiError(problem);
      const current = known.body.device as Device | undefined;
      if (known.code === 'changed_elsewhere' && current) {
        setBase(current);
        setConflict(true);
      } else {
        setError(known);
      }
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={t('access.title', { name: base.name })}
      lead={
        session
          ? t('access.streaming', {
              app: session.app_title,
              time: duration(hostNow() - session.started_unix),
            })
          : t('access.idle')
      }
      icon={deviceIcon(base.name, base.client_kind)}
      onClose={onClose}
      onSubmit={() => void save()}
      foot={
        <FormFoot act={t('access.save')} busy={busy} off={!changed || (gate && !password)} onClose={onClose}>
          <Button
            look="danger"
            onClick={() => setQuery({ access: null, revoke: String(base.id) }, { replace: true })}
          >
            {t('list.revoke')}
          </Button>
        </FormFoot>
      }
    >
      {conflict ? (
        <Banner
          tone="warn"
          icon="warning"
          alert
          action={
            <Button
              small
              onClick={() => {
                setChoice({ grants: base.grants, end: { kind: 'keep' } });
                setConflict(false);
                setRound(round + 1);
              }}
            >
              {t('access.take')}
            </Button>
          }
        >
          <b>{t('access.conflict')}</b>{' '}
          <span class="soft">{t('access.conflict_lead', { level: levelText(base.access_level) })}</span>
        </Banner>
      ) : null}
      <AccessForm
        key={round}
        choice={choice}
        onChoice={setChoice}
        current={{
          expiresUnix: base.expires_unix,
          untilDisconnect: base.until_disconnect,
          expired: base.expired,
        }}
      />
      <Banner icon="info">
        {changed ? (
          <>
            {t('access.on_saving')}{' '}
            {given.length
              ? `${t('access.given', { grants: list(given.map(grantText), 'conjunction') })} `
              : ''}
            {taken.length
              ? `${t('access.taken', { grants: list(taken.map(grantText), 'conjunction') })} `
              : ''}
            {endChanges ? t('access.end_changes') : ''}
          </>
        ) : (
          t('access.unchanged')
        )}
      </Banner>
      {error && !isPasswordProblem(error) ? (
        <Banner tone="danger" icon="failed" alert>
          {sentence(error)}
        </Banner>
      ) : null}
      {gate ? (
        <div class="stack">
          <Account />
          <PasswordField
            label={t('password.yours')}
            hint={t('access.password_hint')}
            value={password}
            onValue={setPassword}
            autocomplete="current-password"
            error={
              isPasswordProblem(error) && error.code !== 'password_required' ? sentence(error) : undefined
            }
          />
        </div>
      ) : null}
    </Dialog>
  );
}
