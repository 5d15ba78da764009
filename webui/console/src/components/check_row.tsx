// One health check: what was found, what it means, what to do.
import type { Check } from '../api/types';
import { t, tMaybe } from '../i18n';
import { CopyField } from './fields';
import { HostText } from './hosttext';
import { Icon, type IconName } from './icon';
import { Button } from './parts';
import { When } from './text';

const looks: Readonly<Record<Check['status'], { icon: IconName; tone: string }>> = {
  failed: { icon: 'failed', tone: 'fail' },
  warning: { icon: 'warning', tone: 'warn' },
  skipped: { icon: 'minus', tone: '' },
  ok: { icon: 'passed', tone: 'ok' },
};
const order: readonly Check['status'][] = ['failed', 'warning', 'skipped', 'ok'];

// What to act on first.
export const byUrgency = (checks: readonly Check[]): Check[] =>
  order.flatMap((status) => checks.filter((check) => check.status === status));

export const checkTitle = (check: Check): string => tMaybe(`check.title.${check.id}`) ?? check.title;

export function checkCounts(checks: readonly Check[]): string {
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  return [
    t('diag.passed', { n: count('ok') }),
    ...(count('warning') ? [t('diag.warnings', { n: count('warning') })] : []),
    ...(count('failed') ? [t('diag.failed', { n: count('failed') })] : []),
    ...(count('skipped') ? [t('diag.skipped', { n: count('skipped') })] : []),
  ].join(' · ');
}

// heading: the level of its name below the heading of the list.
export function CheckRow({
  check,
  heading: Heading,
  busy,
  onAgain,
}: {
  check: Check;
  heading: 'h2' | 'h3';
  busy: boolean;
  onAgain(): void;
}) {
  const look = looks[check.status];
  const title = tMaybe(`check.title.${check.id}`);
  const again = check.status === 'failed' || check.status === 'warning';
  return (
    <li class="check" data-check={check.id} data-status={check.status}>
      <Icon name={look.icon} tone={look.tone} label={t(`check.${check.status}`)} />
      <div>
        <Heading>{title ?? <HostText>{check.title}</HostText>}</Heading>
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
            {check.command ? <CopyField text={check.command} label={t('copy.command')} /> : null}
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
