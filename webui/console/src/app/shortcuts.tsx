// Single keys: g and a letter for a page, / for the search field, ? for the list. Never in a field, and
// they can be switched off.
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../components/parts';
import { Dialog } from '../components/dialog';
import { t } from '../i18n';
import { pages } from './pages';
import { navigate } from './router';
import { createStore, useStore } from './store';

const stored = 'pf-single-keys';

function initially(): boolean {
  try {
    return localStorage.getItem(stored) !== 'off';
  } catch {
    return true;
  }
}

export const singleKeys = createStore(initially());

export function setSingleKeys(on: boolean): void {
  try {
    if (on) localStorage.removeItem(stored);
    else localStorage.setItem(stored, 'off');
  } catch {
    // Then the choice lasts until the page is left.
  }
  singleKeys.set(on);
}

function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], [role=menu]') !== null
  );
}

export function Shortcuts() {
  const [listed, setListed] = useState(false);
  const on = useStore(singleKeys);
  useEffect(() => {
    let leading = 0;
    const press = (event: KeyboardEvent): void => {
      if (!singleKeys.get() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey)
        return;
      if (inField(event.target) || document.querySelector('dialog[open]')) return;
      if (event.key === 'g') {
        leading = event.timeStamp;
        return;
      }
      const led = leading && event.timeStamp - leading < 1500;
      leading = 0;
      if (led) {
        const page = pages.find((candidate) => candidate.letter === event.key);
        if (page) {
          event.preventDefault();
          navigate(page.path);
        }
        return;
      }
      if (event.key === '/') {
        const field = document.querySelector<HTMLInputElement>('main [data-search]');
        if (field) {
          event.preventDefault();
          field.focus();
          field.select();
        }
      } else if (event.key === '?') {
        event.preventDefault();
        setListed(true);
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
  if (!listed) return null;
  return (
    <Dialog
      title={t('keys.title')}
      onClose={() => setListed(false)}
      foot={
        <>
          <Button onClick={() => setSingleKeys(!on)}>{on ? t('keys.off') : t('keys.on')}</Button>
          <span class="push" />
          <Button look="primary" data-autofocus onClick={() => setListed(false)}>
            {t('act.close')}
          </Button>
        </>
      }
    >
      <dl class="keys">
        {pages
          .filter((page) => page.letter)
          .map((page) => (
            <div key={page.path}>
              <dt>
                <kbd>g</kbd> <kbd>{page.letter}</kbd>
              </dt>
              <dd>{t(page.title)}</dd>
            </div>
          ))}
        <div>
          <dt>
            <kbd>/</kbd>
          </dt>
          <dd>{t('keys.search')}</dd>
        </div>
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>{t('keys.list')}</dd>
        </div>
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>{t('keys.close')}</dd>
        </div>
      </dl>
    </Dialog>
  );
}
