// Common ways to share a machine, each a few settings at once.
import { useState } from 'preact/hooks';
import { patch } from '../../api/client';
import { useStale } from '../../app/link';
import { Picks } from '../../components/fields';
import { toast, toastError } from '../../components/toast';
import { t } from '../../i18n';
import { isLocked, type Scalar, type Settings } from '../host/model';
import { settings } from '../host/resources';

const hours8 = 8 * 3600;
// null: the default of the setting.
const presets = {
  gaming: { display: null, second_client: null, session_grace_s: null },
  shared: { display: 'x11', second_client: 'join', session_grace_s: null },
  workstation: { display: 'virtual', second_client: 'separate', session_grace_s: hours8 },
} as const;
type Preset = keyof typeof presets;
type Picked = Preset | 'custom';
const names = Object.keys(presets) as Preset[];

export const presetIds = Object.keys(presets.gaming);

export function presetOf(data: Settings): Picked {
  const fits = (wanted: Readonly<Record<string, Scalar | null>>): boolean =>
    Object.entries(wanted).every(([id, value]) => {
      const setting = data.settings.find((one) => one.id === id);
      return setting !== undefined && setting.value === (value ?? setting.default);
    });
  return names.find((name) => fits(presets[name])) ?? 'custom';
}

export function Presets({ data, etag }: { data: Settings; etag: string | undefined }) {
  const stale = useStale();
  const [picked, setPicked] = useState<Picked>();
  const current = presetOf(data);
  const locked = data.settings.some((setting) => presetIds.includes(setting.id) && isLocked(setting));
  const choose = async (name: Picked): Promise<void> => {
    if (stale || locked) return;
    setPicked(name);
    // Custom changes nothing by itself: the settings below do.
    if (name === 'custom') return;
    try {
      await patch('/settings', presets[name], etag);
      toast(t('preset.done', { name: t(`preset.${name}`) }));
    } catch (error) {
      toastError(error);
    }
    await settings.reload();
    setPicked(undefined);
  };
  return (
    <div class="card">
      <Picks<Picked>
        legend={t('preset.title')}
        name="preset"
        value={picked ?? current}
        disabled={stale || locked}
        choices={[...names, 'custom' as const].map((name) => ({
          value: name,
          label: t(`preset.${name}`),
          hint: t(`preset.${name}_hint`),
        }))}
        onValue={(name) => void choose(name)}
      >
        {locked ? <p class="hint dim tiny">{t('preset.locked')}</p> : null}
      </Picks>
    </div>
  );
}
