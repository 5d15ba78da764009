// What happened, as sentences: entries of the audit log, streams that began and ended.
import type { AuditEntry } from '../api/types';
import { t, tMaybe } from '../i18n';
import type { IconName } from './icon';
import { Icon } from './icon';
import { When } from './text';

export interface Happening {
  key: string;
  unix: number;
  icon: IconName;
  text: string;
}

const icons: Readonly<Record<string, IconName>> = {
  denied: 'close',
  revoked: 'close',
  disabled: 'lock',
  expired: 'clock',
};

// Who made a change, for people.
export function actor(by: string): string {
  return tMaybe(`happened.by_${by}`) ?? by;
}

export function auditText(entry: AuditEntry): string {
  const what = entry.what.replaceAll(' ', '_');
  const known = tMaybe(`happened.${what}`, {
    name: entry.device_name ?? '',
    by: actor(entry.by),
    from: entry.from,
  });
  return known ?? [entry.device_name, entry.what, entry.detail].filter(Boolean).join(': ');
}

export function auditHappening(entry: AuditEntry): Happening {
  return {
    key: `a${entry.id}`,
    unix: entry.unix_time,
    icon: icons[entry.what.replaceAll(' ', '_')] ?? 'check',
    text: auditText(entry),
  };
}

export function Happenings({ all }: { all: readonly Happening[] }) {
  return (
    <ul class="card flush list act">
      {all.map((one) => (
        <li key={one.key}>
          <Icon name={one.icon} small />
          <span>{one.text}</span>
          <When unix={one.unix} />
        </li>
      ))}
    </ul>
  );
}

export const startedText = (name: string, app: string): string => t('recent.started', { name, app });
