// The language of the page. Catalogues are loaded on demand; a change draws the whole page again.
import { createStore } from '../app/store';
import type { en } from './en';
import { format, pseudo, type Message, type Piece, pieces, type Values } from './format';

export type Key = keyof typeof en;
export type Catalogue = Readonly<Record<Key, Message>>;

export const languages = [
  { id: 'en', name: 'English' },
  { id: 'de', name: 'Deutsch' },
  { id: 'fr', name: 'Français' },
  { id: 'es', name: 'Español' },
  { id: 'ja', name: '日本語' },
] as const;
export type Language = (typeof languages)[number]['id'];

const stored = 'pf-language';
// For trying the layout: longer text, and right to left. Chosen by name in the stored value only.
const trials: Readonly<Record<string, { direction: 'ltr' | 'rtl' }>> = {
  'en-XA': { direction: 'ltr' },
  'ar-XB': { direction: 'rtl' },
};

let catalogue: Readonly<Record<string, Message>> = {};
let locale = 'en';
export const languageStore = createStore<string>('');

async function load(id: Language): Promise<Catalogue> {
  switch (id) {
    case 'de':
      return (await import('./de')).de;
    case 'fr':
      return (await import('./fr')).fr;
    case 'es':
      return (await import('./es')).es;
    case 'ja':
      return (await import('./ja')).ja;
    default:
      return (await import('./en')).en;
  }
}

function known(id: string): Language | undefined {
  return languages.find((language) => language.id === id)?.id;
}

function preferred(): string {
  let wish: string | null = null;
  try {
    wish = localStorage.getItem(stored);
  } catch {
    // Storage may be switched off; then the browser's languages decide.
  }
  if (wish && (known(wish) || trials[wish])) return wish;
  for (const tag of navigator.languages) {
    const id = known(tag.split('-')[0]!.toLowerCase());
    if (id) return id;
  }
  return 'en';
}

async function use(id: string): Promise<void> {
  const trial = trials[id];
  const loaded = await load(known(id) ?? 'en');
  catalogue = trial ? pseudo(loaded) : loaded;
  // The browser's own region decides about dates when it speaks the same language.
  locale = navigator.languages.find((tag) => tag.toLowerCase().startsWith(`${id}-`)) ?? known(id) ?? 'en';
  document.documentElement.lang = known(id) ?? 'en';
  document.documentElement.dir = trial?.direction ?? 'ltr';
  languageStore.set(id);
}

export const startLanguage = (): Promise<void> => use(preferred());

export async function setLanguage(id: Language): Promise<void> {
  try {
    localStorage.setItem(stored, id);
  } catch {
    // Then the choice lasts until the page is left.
  }
  await use(id);
}

// The tag for Intl.
export const currentLocale = (): string => locale;

// The message as text.
export function t(key: Key, values: Values = {}): string {
  return format(catalogue[key] ?? key, values, locale);
}

// The message in pieces, for the component that draws marked parts.
export function tPieces(key: Key, values: Values = {}): Piece[] {
  return pieces(catalogue[key] ?? key, values, locale);
}

// For keys that the host decides, such as the title of a check: undefined when the catalogue has none.
export function tMaybe(key: string, values: Values = {}): string | undefined {
  const message = catalogue[key];
  return message === undefined ? undefined : format(message, values, locale);
}
