// Sleep, restart and switching off: of the machine where it can do that, and of the host's program.
import { useState } from 'preact/hooks';
import { remove } from '../../api/client';
import { Cancelled, gated } from '../../api/password';
import { useResource } from '../../api/resource';
import { sessions } from '../../api/resources';
import type { Action } from '../../api/types';
import { HostText } from '../../components/hosttext';
import { Menu } from '../../components/menu';
import { Button } from '../../components/parts';
import { Banner } from '../../components/states';
import { T } from '../../components/text';
import { toast, toastError } from '../../components/toast';
import { t } from '../../i18n';
import { actions } from './resources';

const useAction = (id: Action['id']): Action | undefined =>
  useResource(actions).data?.actions.find((action) => action.id === id);

async function start(id: Action['id'], body: Readonly<Record<string, unknown>>, why: string): Promise<void> {
  try {
    const { data } = await gated<{ state: 'begins' | 'waits' }>('POST', `/actions/${id}`, body, why);
    if (data.state === 'begins') toast(t(`power.begins.${id}`));
    await actions.reload();
  } catch (error) {
    if (!(error instanceof Cancelled)) toastError(error);
  }
}

const streams = (count: number): string => (count > 0 ? t('power.ends', { n: count }) : t('power.ends_none'));

// What is possible here, as buttons of the page's head.
export function PowerActs() {
  const all = useResource(actions).data?.actions ?? [];
  const running = useResource(sessions).data?.sessions.length ?? 0;
  const can = (id: Action['id']): boolean => all.some((action) => action.id === id && action.possible);
  const entry = (id: 'power.reboot' | 'power.shutdown' | 'host.restart') => ({
    text: t(`power.act.${id}`),
    onPick: () =>
      void start(id, id === 'host.restart' ? { when: 'now' } : {}, `${t(`power.why.${id}`)} ${streams(running)}`),
  });
  const more = (['host.restart', 'power.reboot', 'power.shutdown'] as const).filter(can).map(entry);
  return (
    <>
      {can('power.sleep') ? (
        <Button
          icon="power"
          onClick={() => void start('power.sleep', {}, `${t('power.why.power.sleep')} ${streams(running)}`)}
        >
          {t('power.act.power.sleep')}
        </Button>
      ) : null}
      {more.length > 0 ? <Menu label={t('power.more')} entries={more} /> : null}
    </>
  );
}

// Why there is no button for sleep; nothing where there is one.
export function SleepRow() {
  const sleep = useAction('power.sleep');
  if (!sleep || sleep.possible) return null;
  return (
    <>
      <dt>{t('power.sleep')}</dt>
      <dd>
        {t('power.not_here')} <HostText>{sleep.reason ?? ''}</HostText>
      </dd>
    </>
  );
}

// A restart that waits for the last session.
export function WaitingRestart() {
  const restart = useAction('host.restart');
  const [busy, setBusy] = useState(false);
  if (restart?.waiting_since_unix === undefined) return null;
  return (
    <Banner
      tone="warn"
      icon="again"
      action={
        <Button
          small
          busy={busy}
          onClick={() => {
            setBusy(true);
            void remove('/actions/host.restart')
              .then(actions.reload, toastError)
              .finally(() => setBusy(false));
          }}
        >
          {t('power.withdraw')}
        </Button>
      }
    >
      <T k="power.waits" />
    </Banner>
  );
}

// For a change that waits for a restart: once nothing runs, which may be now. Without a password, because
// no stream ends by it.
export function RestartWhenIdle({ running }: { running: number }) {
  const restart = useAction('host.restart');
  const [busy, setBusy] = useState(false);
  if (!restart?.possible || restart.waiting_since_unix !== undefined) return null;
  return (
    <Button
      small
      busy={busy}
      onClick={() => {
        setBusy(true);
        void start('host.restart', { when: 'idle' }, '').finally(() => setBusy(false));
      }}
    >
      {t(running > 0 ? 'power.when_idle' : 'power.now')}
    </Button>
  );
}
