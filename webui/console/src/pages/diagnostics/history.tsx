// Streams that have ended, newest first, also those of earlier runs of the host.
import { resourceAt, useResource } from '../../api/resource';
import type { PastSession } from '../../api/types';
import { HostText } from '../../components/hosttext';
import { codecName, encoderName } from '../../components/names';
import { Chip, Section } from '../../components/parts';
import { Empty, Loaded } from '../../components/states';
import { type Column, Table } from '../../components/table';
import { When } from '../../components/text';
import { t, tMaybe } from '../../i18n';
import { bytes, duration, modeText, number } from '../../i18n/units';

interface Answer {
  sessions: PastSession[];
}
const path = '/history?limit=200';

const latency = (past: PastSession): string =>
  [past.host_p50_us, past.host_p99_us]
    .filter((us): us is number => us !== undefined)
    .map((us) => number(us / 1000, 2))
    .join(' · ');

const columns = (): Column<PastSession>[] => [
  {
    title: t('list.device'),
    cell: (past) => (
      <>
        <b>{past.device_name}</b>
        <span class="under">{past.app_title}</span>
      </>
    ),
  },
  { title: t('past.started'), cell: (past) => <When unix={past.started_unix} /> },
  { title: t('past.length'), cell: (past) => duration(past.duration_s) },
  {
    title: t('display.mode'),
    cell: (past) => (
      <span>
        {modeText(past.mode)}
        {past.codec || past.encoder ? (
          <span class="under dim tiny">
            {[past.codec && codecName(past.codec), past.encoder && encoderName(past.encoder)].filter(Boolean).join(', ')}
          </span>
        ) : null}
      </span>
    ),
  },
  {
    title: t('past.protocol'),
    cell: (past) => <Chip tone="line">{past.plane === 'native' ? t('plane.native') : 'Moonlight'}</Chip>,
  },
  { title: t('past.sent'), num: true, cell: (past) => bytes(past.bytes) },
  { title: t('past.dropped'), num: true, cell: (past) => number(past.frames_dropped) },
  { title: t('past.latency'), num: true, cell: latency },
  { title: t('past.end'), cell: (past) => tMaybe(`end.${past.end_reason}`) ?? <HostText>{past.end_text}</HostText> },
];

export function History() {
  const resource = resourceAt<Answer>(path, ['session.ended']);
  const snapshot = useResource(resource);
  return (
    <Section id="sessions" title={t('diag.tab.sessions')} note={t('past.note')}>
      <Loaded of={snapshot} title={t('past.failed')} reload={() => void resource.reload()} lines={4}>
        {({ sessions }) =>
          sessions.length === 0 ? (
            <Empty icon="clock" title={t('past.none')}>
              {t('past.none_text')}
            </Empty>
          ) : (
            <Table label={t('past.table')} columns={columns()} rows={sessions} keyOf={(past) => past.id} />
          )
        }
      </Loaded>
    </Section>
  );
}
