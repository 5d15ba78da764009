// The choice of a preset, which stores its settings.
import { useState } from 'preact/hooks';
import { patch } from '../../api/client';
import { useStale } from '../../app/link';
import { Picks } from '../../components/fields';
import { toast, toastError } from '../../components/toast';
import { t } from '../../i18n';
import { isLocked, type Settings } from '../host/model';
import { settings } from '../host/resources';
import { type Picked, presetIds, presetNames, presetOf, presets } from './preset';

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
        choices={[...presetNames, 'custom' as const].map((name) => ({
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
