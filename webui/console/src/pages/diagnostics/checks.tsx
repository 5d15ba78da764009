// The health checks: what failed first, what passed folded away.
import { useState } from 'preact/hooks';
import { post } from '../../api/client';
import { sentence } from '../../api/errors';
import { useResource } from '../../api/resource';
import { diagnostics } from '../../api/resources';
import type { Check } from '../../api/types';
import { HostText } from '../../components/hosttext';
import { Icon, type IconName } from '../../components/icon';
import { Button, CopyField, Empty, Loaded, Section } from '../../components/parts';
import { When } from '../../components/text';
import { t, tMaybe, type Key } from '../../i18n';

const looks: Readonly<Record<Check['status'], { icon: IconName; tone: string; word: Key }>> = {
  failed: { icon: 'failed', tone: 'fail', word: 'check.failed' },
  warning: { icon: 'warning', tone: 'warn', word: 'check.warning' },
  skipped: { icon: 'minus', tone: '', word: 'check.skipped' },
  ok: { icon: 'passed', tone: 'ok', word: 'check.ok' },
};
const order: readonly Check['status'][] = ['failed', 'warning', 'skipped', 'ok'];

function Row({ check, busy, onAgain }: { check: Check; busy: boolean; onAgain(): void }) {
  const look = looks[check.status];
  const title = tMaybe(`check.title.${check.id}`);
  const again = check.status === 'failed' || check.status === 'warning';
  return (
    <li class="check" data-check={check.id} data-status={check.status}>
      <Icon name={look.icon} tone={look.tone} label={t(look.word)} />
      <div>
        <h3>{title ?? <HostText>{check.title}</HostText>}</h3>
        <p>
          <HostText>{check.meaning}</HostText>
        </p>
        {check.fix || check.command ? (
          <div class="fix stack">
            {check.fix ? (
              <p>
                <HostText>{check.fix}</HostText>
              </p>
            ) : null}
            {check.command ? <CopyField text={check.command} label={t('diag.copy_command')} /> : null}
          </div>
        ) : null}
      </div>
      <div class="acts">
        {again ? (
          <Button
            small
            icon="again"
            busy={busy}
            onClick={onAgain}
            aria-label={t('diag.again_named', { name: title ?? check.title })}
          >
            {t('diag.again')}
          </Button>
        ) : (
          <When unix={check.since_unix} />
        )}
      </div>
    </li>
  );
}

function List({ checks }: { checks: readonly Check[] }) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const sorted = order.flatMap((status) => checks.filter((check) => check.status === status));
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  const passed = sorted.filter((check) => check.status === 'ok');
  // With nothing to act on the list would be empty, so that a few passed ones stay in sight.
  const folded = passed.slice(2);
  const seen = open ? sorted : sorted.filter((check) => !folded.includes(check));

  async function again(id?: string): Promise<void> {
    setBusy(id ?? '');
    setProblem(undefined);
    try {
      await post('/diagnostics/refresh', id === undefined ? {} : { id });
      await diagnostics.reload();
    } catch (error) {
      setProblem(sentence(error));
    } finally {
      setBusy(undefined);
    }
  }

  const parts = [
    t('diag.passed', { n: count('ok') }),
    ...(count('warning') ? [t('diag.warnings', { n: count('warning') })] : []),
    ...(count('failed') ? [t('diag.failed', { n: count('failed') })] : []),
    ...(count('skipped') ? [t('diag.skipped', { n: count('skipped') })] : []),
  ];
  return (
    <Section
      id="checks"
      title={t('diag.tab.checks')}
      note={parts.join(' · ')}
      acts={
        <Button small icon="again" busy={busy === ''} onClick={() => void again()}>
          {t('diag.all_again')}
        </Button>
      }
    >
      {problem ? (
        <p class="small" role="alert">
          {problem}
        </p>
      ) : null}
      <ul class="card flush list">
        {seen.map((check) => (
          <Row key={check.id} check={check} busy={busy === check.id} onAgain={() => void again(check.id)} />
        ))}
      </ul>
      {folded.length > 0 ? (
        <div>
          <Button look="ghost" small icon={open ? 'up' : 'next'} aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? t('diag.fold') : t('diag.unfold', { n: folded.length })}
          </Button>
        </div>
      ) : null}
    </Section>
  );
}

export function Checks() {
  const snapshot = useResource(diagnostics);
  return (
    <Loaded of={snapshot} title={t('diag.checks_failed')} reload={() => void diagnostics.reload()} lines={4}>
      {({ checks }) =>
        checks.length === 0 ? (
          <Empty
            icon="pulse"
            title={t('diag.no_checks')}
            action={
              <Button look="primary" onClick={() => void post('/diagnostics/refresh', {}).then(diagnostics.reload)}>
                {t('diag.all_again')}
              </Button>
            }
          />
        ) : (
          <List checks={checks} />
        )
      }
    </Loaded>
  );
}
