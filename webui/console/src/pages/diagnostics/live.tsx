// The figures of one running stream over the last minute, as graphs or as a table.
import { bySecond } from '../../api/by_second';
import { useResource } from '../../api/resource';
import { sessions } from '../../api/resources';
import { useSamples } from '../../api/samples';
import type { Sample, Session } from '../../api/types';
import { navigate, setQuery, usePlace, withQuery } from '../../app/router';
import { useUid } from '../../components/hooks';
import { Button, Section } from '../../components/parts';
import { Empty, Loaded } from '../../components/states';
import { t } from '../../i18n';
import { number } from '../../i18n/units';
import { Graph } from './graph';
import { around, fromZero } from './scale';

type Value = number | undefined;

const percent = (ppm: Value): Value => (ppm === undefined ? undefined : ppm / 10_000);
const milli = (us: Value): Value => (us === undefined ? undefined : us / 1000);
const newest = (values: readonly Value[]): Value => {
  for (let i = values.length - 1; i >= 0; --i) if (values[i] !== undefined) return values[i];
  return undefined;
};
const fine = (value: number): string => number(value, value < 10 ? 2 : 1);
// No more digits than the value has.
const mark = (value: number): string => number(value, (/\.(\d+)$/.exec(String(+value.toFixed(2)))?.[1] ?? '').length);

function Graphs({ samples }: { samples: readonly Sample[] }) {
  const row = (of: (sample: Sample) => Value): Value[] => bySecond(samples, of);
  const fps = row((sample) => sample.fps);
  const sent = row((sample) => sample.mbps);
  const target = row((sample) => (sample.bitrate_kbps === undefined ? undefined : sample.bitrate_kbps / 1000));
  const loss = row((sample) => percent(sample.loss_ppm));
  const p50 = row((sample) => milli(sample.host_p50_us));
  const p99 = row((sample) => milli(sample.host_p99_us));
  const rtt = row((sample) => milli(sample.rtt_us));
  const encode = row((sample) => milli(sample.encode_p50_us));
  const known = (values: readonly Value[]): boolean => values.some((value) => value !== undefined);
  const text = (values: readonly Value[], digits: (value: number) => string): string => {
    const value = newest(values);
    return value === undefined ? '–' : digits(value);
  };
  const one = (value: number): string => number(value, 1);
  return (
    <div class="grid-graphs">
      {known(fps) && (
        <Graph
          title={t('live.fps')}
          now={text(fps, one)}
          unit={t('unit.fps')}
          lines={[{ series: fps, look: 1 }]}
          scale={around(fps, 8)}
          mark={mark}
        />
      )}
      {known(sent) && (
        <Graph
          title={t('live.bitrate')}
          now={text(sent, one)}
          unit={t('unit.mbps')}
          lines={[
            { name: t('live.sent'), series: sent, look: 1 },
            ...(known(target) ? [{ name: t('live.target'), series: target, look: 2 as const, dash: true }] : []),
          ]}
          scale={fromZero([...sent, ...target], 1)}
          mark={mark}
        />
      )}
      {known(loss) && (
        <Graph
          title={t('live.loss')}
          now={text(loss, (value) => number(value, 2))}
          unit={t('unit.percent')}
          lines={[{ series: loss, look: 1 }]}
          scale={fromZero(loss, 1)}
          mark={mark}
        />
      )}
      {known(p50) && (
        <Graph
          title={t('live.latency')}
          now={known(p99) ? `${text(p50, fine)} · ${text(p99, fine)}` : text(p50, fine)}
          unit={t('unit.ms')}
          lines={[
            { name: t('live.p50'), series: p50, look: 1 },
            ...(known(p99)
              ? [{ name: t('live.p99'), series: p99, look: 1 as const, dash: true, area: true }]
              : []),
          ]}
          scale={fromZero([...p50, ...p99], 0.5)}
          mark={mark}
        />
      )}
      {known(encode) && (
        <Graph
          title={t('live.encode')}
          now={text(encode, fine)}
          unit={t('unit.ms')}
          lines={[{ series: encode, look: 1 }]}
          scale={fromZero(encode, 1)}
          mark={mark}
        />
      )}
      {known(rtt) && (
        <Graph
          title={t('live.rtt')}
          now={text(rtt, fine)}
          unit={t('unit.ms')}
          lines={[{ series: rtt, look: 1 }]}
          scale={fromZero(rtt, 1)}
          mark={mark}
        />
      )}
    </div>
  );
}

function Table({ samples }: { samples: readonly Sample[] }) {
  const last = samples[samples.length - 1]?.t_ms ?? 0;
  const cell = (value: Value, digits: number): string => (value === undefined ? '–' : number(value, digits));
  return (
    <div class="card flush">
      <div class="scroll tall-scroll" role="region" aria-label={t('live.table')} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('live.ago')}</th>
              <th scope="col" class="num">{t('live.fps')}</th>
              <th scope="col" class="num">{t('live.bitrate')}</th>
              <th scope="col" class="num">{t('live.target')}</th>
              <th scope="col" class="num">{t('live.loss')}</th>
              <th scope="col" class="num">{t('live.p50')}</th>
              <th scope="col" class="num">{t('live.p99')}</th>
              <th scope="col" class="num">{t('live.rtt')}</th>
            </tr>
          </thead>
          <tbody>
            {[...samples].reverse().map((sample) => (
              <tr key={sample.t_ms}>
                <th scope="row">{t('live.seconds', { n: Math.round((last - sample.t_ms) / 1000) })}</th>
                <td class="num">{cell(sample.fps, 1)}</td>
                <td class="num">{cell(sample.mbps, 1)}</td>
                <td class="num">{cell(sample.bitrate_kbps === undefined ? undefined : sample.bitrate_kbps / 1000, 1)}</td>
                <td class="num">{cell(percent(sample.loss_ppm), 2)}</td>
                <td class="num">{cell(milli(sample.host_p50_us), 2)}</td>
                <td class="num">{cell(milli(sample.host_p99_us), 2)}</td>
                <td class="num">{cell(milli(sample.rtt_us), 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Streams({ running }: { running: readonly Session[] }) {
  const { query } = usePlace();
  const id = useUid('stream');
  const wanted = Number(query.get('stream'));
  const session = running.find((row) => row.id === wanted) ?? running[0]!;
  const table = query.get('as') === 'table';
  const samples = useSamples(session.id);
  return (
    <Section
      id="live"
      title={t('diag.tab.live')}
      acts={
        <span class="row wrap pick-stream">
          <label class="vh" for={id}>
            {t('live.stream')}
          </label>
          <select
            id={id}
            class="in"
            value={String(session.id)}
            onChange={(event) => setQuery({ stream: event.currentTarget.value })}
          >
            {running.map((row) => (
              <option key={row.id} value={String(row.id)}>
                {t('live.stream_of', { device: row.device_name, app: row.app_title })}
              </option>
            ))}
          </select>
          <Button small aria-pressed={table} onClick={() => navigate(withQuery({ as: table ? null : 'table' }))}>
            {t('live.as_table')}
          </Button>
        </span>
      }
    >
      {samples.length === 0 ? (
        <Empty icon="pulse" title={t('live.soon')}>
          {t('live.soon_text')}
        </Empty>
      ) : table ? (
        <Table samples={samples} />
      ) : (
        <Graphs samples={samples} />
      )}
    </Section>
  );
}

export function Live() {
  const snapshot = useResource(sessions);
  return (
    <Loaded of={snapshot} title={t('live.failed')} reload={() => void sessions.reload()} lines={4}>
      {(data) => {
        const running = data.sessions.filter((session) => session.state !== 'ended' && session.state !== 'ending');
        return running.length > 0 ? (
          <Streams running={running} />
        ) : (
          <Section id="live" title={t('diag.tab.live')}>
            <Empty icon="pulse" title={t('live.none')}>
              {t('live.none_text')}
            </Empty>
          </Section>
        );
      }}
    </Loaded>
  );
}
