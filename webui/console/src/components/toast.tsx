// Short messages at the bottom: 6 s, longer while hovered or focused; errors until closed.
import { useEffect, useState } from 'preact/hooks';
import { createStore, useStore } from '../app/store';
import { sentence } from '../api/errors';
import { Cancelled } from '../api/password';
import { t } from '../i18n';
import { Button, IconButton } from './parts';
import { Icon } from './icon';

interface ToastEntry {
  id: number;
  text: string;
  bad: boolean;
  action?: { text: string; run(): void };
}

const toasts = createStore<readonly ToastEntry[]>([]);
let numbers = 0;

export function toast(text: string, action?: { text: string; run(): void }): void {
  toasts.set([...toasts.get(), { id: ++numbers, text, bad: false, ...(action ? { action } : {}) }]);
}

// What went wrong with something that the person started. A closed password dialog is no error.
export function toastError(error: unknown): void {
  if (error instanceof Cancelled) return;
  toasts.set([...toasts.get(), { id: ++numbers, text: sentence(error), bad: true }]);
}

function close(id: number): void {
  toasts.set(toasts.get().filter((entry) => entry.id !== id));
}

function Toast({ entry }: { entry: ToastEntry }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (entry.bad || held) return undefined;
    const timer = setTimeout(() => close(entry.id), 6000);
    return () => clearTimeout(timer);
  }, [entry, held]);
  return (
    <div
      class={entry.bad ? 'toast bad' : 'toast'}
      role={entry.bad ? 'alert' : undefined}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocusIn={() => setHeld(true)}
      onFocusOut={() => setHeld(false)}
    >
      <Icon name={entry.bad ? 'failed' : 'check'} small />
      <span>{entry.text}</span>
      {entry.action ? (
        <Button
          look="ghost"
          small
          onClick={() => {
            entry.action!.run();
            close(entry.id);
          }}
        >
          {entry.action.text}
        </Button>
      ) : null}
      <IconButton icon="close" label={t('act.close')} onClick={() => close(entry.id)} />
    </div>
  );
}

export function Toasts() {
  const all = useStore(toasts);
  return (
    <div class="toasts" aria-live="polite">
      {all.map((entry) => (
        <Toast key={entry.id} entry={entry} />
      ))}
    </div>
  );
}
