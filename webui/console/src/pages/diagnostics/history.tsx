// Streams that have ended, newest first, also those of earlier runs of the host.
import { resourceAt, useResource } from '../../api/resource';
import type { PastSession } from '../../api/types';
import { HostText } from '../../components/hosttext';
import { Chip, Empty, Loaded, Section } from '../../components/parts';
import { When } from '../../components/text';
import { t, tMaybe } from '../../i18n';
import { bytes, duration, modeText, number } from '../../i18n/units';

interface Answer {
  sessions: PastSession[];
}
const path = '/history?limit=200';

function Row({ past }: { past: PastSession }) {
  const reason = tMaybe(`end.${past.end_reason}`);
  const latency = [past.host_p50_us, past.host_p99_us]
    .filter((us): us is number => us !== undefined)
    .map((us) => number(us / 1000, 2))
    .join(' · ');
  return (
    <tr>
      <th scope="row">
        <span class="dev">
          <span>
            <b>{past.device_name}</b>
            <span class="under">{past.app_title}</span>
          </span>
        </span>
      </th>
      <td>
        <When unix={past.started_unix} />
      </td>
      <td>{duration(past.duration_s)}</td>
      <td>
        {modeText(past.mode)}
        {past.codec || past.encoder ? (
          <span class="under dim tiny"> {[past.codec?.toUpperCase(), past.encoder].filter(Boolean).join(', ')}</span>
        ) : null}
      </td>
      <td>
        <Chip tone="line">{past.plane === 'native' ? t('past.native') : 'Moonlight'}</Chip>
      </td>
      <td class="num">{bytes(past.bytes)}</td>
      <td class="num">{number(past.frames_dropped)}</td>
      <td class="num">{latency === '' ? '–' : latency}</td>
      <td>{reason ?? <HostText>{past.end_text}</HostText>}</td>
    </tr>
  );
}

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
            <div class="card flush">
              <div class="scroll" role="region" aria-label={t('past.table')} tabIndex={0}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">{t('past.device')}</th>
                      <th scope="col">{t('past.started')}</th>
                      <th scope="col">{t('past.length')}</th>
                      <th scope="col">{t('past.mode')}</th>
                      <th scope="col">{t('past.protocol')}</th>
                      <th scope="col" class="num">{t('past.sent')}</th>
                      <th scope="col" class="num">{t('past.dropped')}</th>
                      <th scope="col" class="num">{t('past.latency')}</th>
                      <th scope="col">{t('past.end')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {sessions.map((past) => (
                      <Row key={past.id} past={past} />
                    ))}
                  </tbody>
                </table>
              </div>
            </div>
          )
        }
      </Loaded>
    </Section>
  );
}
