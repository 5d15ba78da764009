// One health check: what was found, what it means, what to do.
import type { Check } from '../api/types';
import { t, tMaybe } from '../i18n';
import { HostText } from './hosttext';
import { Icon, type IconName } from './icon';
import { Button, CopyField } from './parts';

const looks: Readonly<Record<Check['status'], { icon: IconName; tone: string }>> = {
  failed: { icon: 'failed', tone: 'fail' },
  warning: { icon: 'warning', tone: 'warn' },
  skipped: { icon: 'minus', tone: '' },
  ok: { icon: 'passed', tone: 'ok' },
};

export function CheckRow({ check, busy, onAgain }: { check: Check; busy: boolean; onAgain(): void }) {
  const look = looks[check.status];
  const title = tMaybe(`check.title.${check.id}`);
  const again = check.status === 'failed' || check.status === 'warning';
  return (
    <li class="check">
      <Icon name={look.icon} tone={look.tone} label={t(`check.${check.status}`)} />
      <div>
        <h2>{title ?? <HostText>{check.title}</HostText>}</h2>
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
            aria-label={`${t('setup.check_again')}: ${title ?? check.title}`}
          >
            {t('setup.check_again')}
          </Button>
        ) : null}
      </div>
    </li>
  );
}
