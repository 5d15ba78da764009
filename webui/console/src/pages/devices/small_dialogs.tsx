// Rename, revoke, merge, split.
import { useState } from 'preact/hooks';
import { type ApiError, patch, remove, post } from '../../api/client';
import { asApiError, sentence } from '../../api/errors';
import { gated } from '../../api/password';
import { devices } from '../../api/resources';
import type { Device } from '../../api/types';
import { Confirm } from '../../components/confirm';
import { Dialog, FormFoot } from '../../components/dialog';
import { Field } from '../../components/fields';
import { toast, toastError } from '../../components/toast';
import { t } from '../../i18n';
import { exactTime } from '../../i18n/units';
import { versionOf } from './access_dialog';
import { clientText } from './sorting';

interface Props {
  device: Device;
  onClose(): void;
}

export function RenameDialog({ device, onClose }: Props) {
  const [name, setName] = useState(device.name);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const wanted = name.trim();
  const submit = async (): Promise<void> => {
    if (!wanted) return;
    if (wanted === device.name) {
      onClose();
      return;
    }
    setBusy(true);
    try {
      await patch(`/devices/${device.id}`, { name: wanted }, versionOf(device));
      toast(t('rename.done', { name: wanted }), {
        text: t('act.undo'),
        run: () => void patch(`/devices/${device.id}`, { name: device.name }).catch(toastError).then(devices.reload),
      });
      onClose();
    } catch (problem) {
      setError(asApiError(problem));
    } finally {
      setBusy(false);
      void devices.reload();
    }
  };
  return (
    <Dialog
      title={t('rename.title', { name: device.name })}
      onClose={onClose}
      onSubmit={() => void submit()}
      foot={<FormFoot act={t('act.save')} busy={busy} off={!wanted} onClose={onClose} />}
    >
      <Field
        label={t('rename.label')}
        error={error ? sentence(error) : wanted ? undefined : t('rename.empty')}
      >
        {(attributes) => (
          <input
            class="in"
            autocomplete="off"
            maxLength={64}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
            {...attributes}
          />
        )}
      </Field>
    </Dialog>
  );
}

export function RevokeDialog({ device, onClose }: Props) {
  const { name } = device;
  return (
    <Confirm
      title={t('revoke.title', { name })}
      lead={t('revoke.lead')}
      keep={t('revoke.keep')}
      act={t('revoke.act', { name })}
      run={async () => {
        // Without a version: whatever was changed meanwhile, it should go.
        await remove(`/devices/${device.id}`).finally(() => void devices.reload());
        toast(t('revoke.done', { name }));
      }}
      onClose={onClose}
    />
  );
}

export function MergeDialog({ device, all, onClose }: Props & { all: readonly Device[] }) {
  const others = all.filter((one) => one.id !== device.id);
  const [other, setOther] = useState(others[0]?.id);
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    if (other === undefined) return;
    setBusy(true);
    try {
      await gated('POST', `/devices/${device.id}/merge`, { other }, t('merge.why', { name: device.name }));
      toast(t('merge.done', { name: device.name }));
      onClose();
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
      void devices.reload();
    }
  };
  return (
    <Dialog
      title={t('merge.title', { name: device.name })}
      lead={t('merge.lead', { name: device.name })}
      onClose={onClose}
      onSubmit={() => void submit()}
      foot={<FormFoot act={t('merge.act')} busy={busy} off={other === undefined} onClose={onClose} />}
    >
      {others.length ? (
        <Field label={t('merge.other')}>
          {(attributes) => (
            <select
              class="in"
              value={String(other)}
              onChange={(event) => setOther(Number(event.currentTarget.value))}
              {...attributes}
            >
              {others.map((one) => (
                <option key={one.id} value={String(one.id)}>
                  {one.name} ({clientText(one)})
                </option>
              ))}
            </select>
          )}
        </Field>
      ) : (
        <p class="soft">{t('merge.none')}</p>
      )}
    </Dialog>
  );
}

export function SplitDialog({ device, onClose }: Props) {
  const [fingerprint, setFingerprint] = useState(device.credentials[0]?.fingerprint ?? '');
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      const made = await post<Device>(`/devices/${device.id}/split`, { fingerprint });
      toast(t('split.done', { name: made.name }));
      onClose();
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
      void devices.reload();
    }
  };
  return (
    <Dialog
      title={t('split.title', { name: device.name })}
      lead={t('split.lead')}
      onClose={onClose}
      onSubmit={() => void submit()}
      foot={<FormFoot act={t('split.act')} busy={busy} onClose={onClose} />}
    >
      <fieldset>
        <legend>{t('split.which')}</legend>
        <div class="stack">
          {device.credentials.map((one) => (
            <label class="pick" key={one.fingerprint}>
              <input
                type="radio"
                name="credential"
                value={one.fingerprint}
                checked={one.fingerprint === fingerprint}
                onChange={() => setFingerprint(one.fingerprint)}
              />
              <span>
                <b>
                  {t('split.credential', {
                    plane: t(`plane.${one.plane}`),
                    time: exactTime(one.paired_unix),
                  })}
                </b>
                <small class="fp">{one.fingerprint.replace(/.{4}(?=.)/g, '$& ')}</small>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
    </Dialog>
  );
}
