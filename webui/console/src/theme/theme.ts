// Dark, light or as the system says. The script in index.html applies the stored choice before the first
// paint; this changes it.
import { createStore } from '../app/store';

export type Theme = 'system' | 'light' | 'dark';
const stored = 'pf-theme';

function current(): Theme {
  const set = document.documentElement.dataset.theme;
  return set === 'light' || set === 'dark' ? set : 'system';
}

export const themeStore = createStore<Theme>(current());

export function setTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === 'system') localStorage.removeItem(stored);
    else localStorage.setItem(stored, theme);
  } catch {
    // Storage may be switched off; then the choice lasts until the page is left.
  }
  themeStore.set(theme);
}
