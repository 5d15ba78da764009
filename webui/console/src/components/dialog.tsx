// Dialogs: the browser's own modal element, so the rest of the page is inert and focus comes back to the
// opener. On a phone they are sheets at the bottom.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n';
import { useUid } from './hooks';
import { Bubble, Button, IconButton } from './parts';
import type { IconName } from './icon';

interface DialogProps {
  title: string;
  lead?: ComponentChildren;
  icon?: IconName;
  // For what cannot be undone: spoken at once, no close button, focus on data-autofocus.
  alert?: boolean;
  onClose(): void;
  // With it the dialog is a form; Enter submits.
  onSubmit?(): void;
  children?: ComponentChildren;
  foot: ComponentChildren;
}

export function Dialog({ title, lead, icon, alert, onClose, onSubmit, children, foot }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useUid('dialog');
  const opener = useRef(document.activeElement);
  useEffect(() => {
    const dialog = element.current!;
    if (!dialog.open) dialog.showModal();
    const candidates = dialog.querySelector<HTMLElement>(
      '.body input:not([tabindex="-1"]):not(:disabled), .body select, .body button, footer button',
    );
    // Of radio buttons the chosen one takes the focus.
    const chosen =
      candidates instanceof HTMLInputElement && candidates.type === 'radio'
        ? candidates.closest('fieldset')?.querySelector<HTMLElement>('input:checked')
        : undefined;
    const first = dialog.querySelector<HTMLElement>('[data-autofocus]') ?? chosen ?? candidates;
    first?.focus();
    return () => {
      dialog.close();
      if (opener.current instanceof HTMLElement && opener.current.isConnected) opener.current.focus();
    };
  }, []);
  const inner = (
    <>
      <header>
        {icon ? <Bubble icon={icon} /> : null}
        <div>
          <h2 id={`${id}-t`}>{title}</h2>
          {lead ? (
            <p class="soft small" id={`${id}-d`}>
              {lead}
            </p>
          ) : null}
        </div>
        {alert ? null : (
          <span class="push">
            <IconButton icon="close" label={t('act.close')} onClick={onClose} />
          </span>
        )}
      </header>
      {children ? <div class="body">{children}</div> : <div />}
      <footer>{foot}</footer>
    </>
  );
  return (
    <dialog
      ref={element}
      class="modal"
      role={alert ? 'alertdialog' : 'dialog'}
      aria-labelledby={`${id}-t`}
      {...(lead ? { 'aria-describedby': `${id}-d` } : {})}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget && !alert) onClose();
      }}
    >
      {onSubmit ? (
        <form
          class="dialog"
          novalidate
          onSubmit={(event) => {
            event.preventDefault();
            onSubmit();
          }}
        >
          {inner}
        </form>
      ) : (
        <div class="dialog">{inner}</div>
      )}
    </dialog>
  );
}

// The foot of a dialog with a form. children: what stands apart, at its beginning.
export function FormFoot({
  act,
  busy = false,
  off = false,
  onClose,
  children,
}: {
  act: string;
  busy?: boolean;
  off?: boolean;
  onClose(): void;
  children?: ComponentChildren;
}) {
  return (
    <>
      {children}
      <span class="push" />
      <Button onClick={onClose}>{t('act.cancel')}</Button>
      <Button look="primary" type="submit" busy={busy} off={off}>
        {act}
      </Button>
    </>
  );
}
