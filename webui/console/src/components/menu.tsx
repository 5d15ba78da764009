// A button that opens a list of acts.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useUid } from './hooks';
import { Icon } from './icon';

export interface MenuEntry {
  text: string;
  onPick(): void;
  // Takes something away for good: red, below a line.
  bad?: boolean;
  // Why it cannot be picked now.
  off?: string;
}

export function Menu({ label, entries }: { label: string; entries: readonly MenuEntry[] }) {
  const [open, setOpen] = useState(false);
  const [above, setAbove] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useUid('menu');

  const items = (): HTMLElement[] => [
    ...(box.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? []),
  ];
  const close = (refocus: boolean): void => {
    setOpen(false);
    if (refocus) button.current?.focus();
  };

  useEffect(() => {
    if (!open) return undefined;
    items()[0]?.focus();
    const outside = (event: Event): void => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);

  function onKeyDown(event: KeyboardEvent): void {
    if (!open) return;
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const go = (to: number): void => {
      event.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    };
    switch (event.key) {
      case 'ArrowDown':
        return go(at + 1);
      case 'ArrowUp':
        return go(at - 1);
      case 'Home':
        return go(0);
      case 'End':
        return go(all.length - 1);
      case 'Escape':
        event.preventDefault();
        event.stopPropagation();
        return close(true);
      case 'Tab':
        return close(false);
    }
    if (event.key.length === 1) {
      const letter = event.key.toLocaleLowerCase();
      const found = [...all.slice(at + 1), ...all].find((item) =>
        item.textContent?.toLocaleLowerCase().startsWith(letter),
      );
      if (found) {
        event.preventDefault();
        found.focus();
      }
    }
  }

  return (
    <div class="menu-box" ref={box} onKeyDown={onKeyDown}>
      <button
        ref={button}
        class="ib"
        type="button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={label}
        title={label}
        onClick={() => {
          // Near the bottom of the window the list opens upwards.
          const room = window.innerHeight - button.current!.getBoundingClientRect().bottom;
          setAbove(room < entries.length * 44 + 24);
          setOpen(!open);
        }}
      >
        <Icon name="more" />
      </button>
      {open ? (
        <ul class={above ? 'menu above' : 'menu'} role="menu" aria-label={label} id={id}>
          {entries.map((entry) => (
            <li role="none" key={entry.text} class={entry.bad ? 'sep' : undefined}>
              <button
                role="menuitem"
                type="button"
                tabIndex={-1}
                class={entry.bad ? 'bad' : undefined}
                aria-disabled={entry.off ? 'true' : undefined}
                title={entry.off}
                onClick={() => {
                  if (entry.off) return;
                  close(true);
                  entry.onPick();
                }}
              >
                {entry.text}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
