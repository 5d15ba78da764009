// What the settings page works out from the settings: matches, order, and what a typed value means.

export type Scalar = string | number | boolean;

export interface Setting {
  id: string;
  group: string;
  kind: 'bool' | 'int' | 'text' | 'enum';
  min?: number;
  max?: number;
  zero_allowed?: boolean;
  unit?: string;
  max_len?: number;
  options?: string[];
  default: Scalar;
  value: Scalar;
  stored?: Scalar;
  source: 'default' | 'stored' | 'environment' | 'flag';
  origin?: string;
  env: string;
  flag: string;
  apply: 'now' | 'next_session' | 'restart';
  help: string;
  allowed: string;
  // Few people need it.
  advanced: boolean;
  restart_pending: boolean;
}

export interface Settings {
  settings: Setting[];
  problems: string[];
}

// What a person sees of them; usual: those that many need, and any that a search finds.
export const shows = ['usual', 'advanced', 'changed', 'locked'] as const;
export type Show = (typeof shows)[number];

export const isLocked = (setting: Setting): boolean =>
  setting.source === 'environment' || setting.source === 'flag';
export const isChanged = (setting: Setting): boolean => setting.stored !== undefined;

const fitsShow: Readonly<Record<Show, (setting: Setting) => boolean>> = {
  usual: (setting) => !setting.advanced,
  advanced: (setting) => setting.advanced,
  changed: isChanged,
  locked: isLocked,
};
export const countOf = (settings: readonly Setting[], show: Show): number => settings.filter(fitsShow[show]).length;

// Parts of `text` that fit the search, for underlining: [text, fits][].
export function marked(text: string, search: string): [string, boolean][] {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return [[text, false]];
  const out: [string, boolean][] = [];
  const lower = text.toLowerCase();
  let at = 0;
  for (;;) {
    const found = lower.indexOf(wanted, at);
    if (found < 0) break;
    if (found > at) out.push([text.slice(at, found), false]);
    out.push([text.slice(found, found + wanted.length), true]);
    at = found + wanted.length;
  }
  if (at < text.length) out.push([text.slice(at), false]);
  return out;
}

// A person may search by the name on the screen, the id, the variable or the start option.
export function fitsSearch(setting: Setting, name: string, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return true;
  return [name, setting.id, setting.env, setting.flag].some((text) => text.toLowerCase().includes(wanted));
}

export function chosen(
  settings: readonly Setting[],
  nameOf: (setting: Setting) => string,
  search: string,
  show: Show,
): Setting[] {
  const everywhere = show === 'usual' && search.trim() !== '';
  return settings.filter(
    (setting) => fitsSearch(setting, nameOf(setting), search) && (everywhere || fitsShow[show](setting)),
  );
}

// In the order in which the groups first appear.
export function byGroup(settings: readonly Setting[]): [string, Setting[]][] {
  const groups = new Map<string, Setting[]>();
  for (const setting of settings) {
    const group = groups.get(setting.group);
    if (group) group.push(setting);
    else groups.set(setting.group, [setting]);
  }
  return [...groups];
}

// What a typed text stands for; undefined when it cannot be a value of this setting.
export function typed(setting: Setting, text: string): Scalar | undefined {
  const trimmed = text.trim();
  if (setting.kind !== 'int') return new TextEncoder().encode(trimmed).length > (setting.max_len ?? Infinity)
    ? undefined
    : trimmed;
  if (!/^-?\d{1,15}$/.test(trimmed)) return undefined;
  const value = Number(trimmed);
  if (value === 0 && setting.zero_allowed) return value;
  return value < (setting.min ?? -Infinity) || value > (setting.max ?? Infinity) ? undefined : value;
}
