// The health checks: what failed first, what passed folded away.
import { useState } from 'preact/hooks';
import { hostNow, post } from '../../api/client';
import { sentence } from '../../api/errors';
import { useResource } from '../../api/resource';
import { diagnostics } from '../../api/resources';
import type { Check } from '../../api/types';
import { byUrgency, CheckRow, checkCounts } from '../../components/check_row';
import { useTick } from '../../components/hooks';
import { Button, Section } from '../../components/parts';
import { Empty, Loaded } from '../../components/states';
import { t } from '../../i18n';
import { relativeTime } from '../../i18n/units';

// How they stand, and as of when.
function Counts({ checks, ran }: { checks: readonly Check[]; ran: number | undefined }) {
  useTick(30);
  return (
    <>
      {checkCounts(checks)}.{ran === undefined ? null : <> {t('diag.ran', { when: relativeTime(ran, hostNow()) })}</>}
    </>
  );
}

function List({ checks, ran }: { checks: readonly Check[]; ran: number | undefined }) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const sorted = byUrgency(checks);
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

  return (
    <Section
      id="checks"
      title={t('diag.tab.checks')}
      note={<Counts checks={checks} ran={ran} />}
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
          <CheckRow
            key={check.id}
            check={check}
            heading="h3"
            busy={busy === check.id}
            onAgain={() => void again(check.id)}
          />
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
      {({ checks, ran_unix }) =>
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
          <List checks={checks} ran={ran_unix} />
        )
      }
    </Loaded>
  );
}
