// Common ways to share a machine, each a few settings at once.
import type { Scalar, Settings } from '../host/model';

const hours8 = 8 * 3600;
// null: the default of the setting.
export const presets = {
  gaming: { display: null, second_client: null, session_grace_s: null },
  shared: { display: 'x11', second_client: 'join', session_grace_s: null },
  workstation: { display: 'virtual', second_client: 'separate', session_grace_s: hours8 },
} as const;
type Preset = keyof typeof presets;
export type Picked = Preset | 'custom';
export const presetNames = Object.keys(presets) as Preset[];

export const presetIds = Object.keys(presets.gaming);

export function presetOf(data: Settings): Picked {
  const fits = (wanted: Readonly<Record<string, Scalar | null>>): boolean =>
    Object.entries(wanted).every(([id, value]) => {
      const setting = data.settings.find((one) => one.id === id);
      return setting !== undefined && setting.value === (value ?? setting.default);
    });
  return presetNames.find((name) => fits(presets[name])) ?? 'custom';
}
