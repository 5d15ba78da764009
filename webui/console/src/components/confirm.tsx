// Asks before what cannot be undone. The focus is on what keeps everything as it is.
import { useState } from 'preact/hooks';
import { Dialog } from './dialog';
import type { IconName } from './icon';
import { Button } from './parts';
import { toastError } from './toast';

export function Confirm({
  title,
  lead,
  icon,
  keep,
  act,
  run,
  onClose,
}: {
  title: string;
  lead: string;
  icon?: IconName;
  keep: string;
  // Names the thing that goes.
  act: string;
  // What is done; an error is told in a toast.
  run(): Promise<void>;
  onClose(): void;
}) {
  const [busy, setBusy] = useState(false);
  const go = async (): Promise<void> => {
    setBusy(true);
    try {
      await run();
    } catch (error) {
      toastError(error);
    }
    onClose();
  };
  return (
    <Dialog
      alert
      title={title}
      lead={lead}
      {...(icon ? { icon } : {})}
      onClose={onClose}
      foot={
        <>
          <span class="push" />
          <Button data-autofocus onClick={onClose}>
            {keep}
          </Button>
          <Button look="destroy" busy={busy} onClick={() => void go()}>
            {act}
          </Button>
        </>
      }
    />
  );
}
