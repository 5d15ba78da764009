// What sessions show: their displays, the ways to get one, and the settings that decide.
import { useState } from 'preact/hooks';
import { remove } from '../../api/client';
import { createResource, useResource } from '../../api/resource';
import { sessions } from '../../api/resources';
import type { Backend, Session } from '../../api/types';
import { A } from '../../app/router';
import { Confirm } from '../../components/confirm';
import { HostText } from '../../components/hosttext';
import { Icon } from '../../components/icon';
import { Button, PageHead, Section } from '../../components/parts';
import { Empty, Loaded } from '../../components/states';
import { type Column, Table } from '../../components/table';
import { When } from '../../components/text';
import { toast } from '../../components/toast';
import { t, tMaybe } from '../../i18n';
import { modeText, number } from '../../i18n/units';
import { settings } from '../host/resources';
import { SettingRow } from '../host/settingrow';
import { layout } from './map';
import { presetIds } from './preset';
import { Presets } from './presets';

interface DisplayRow {
  kind: string;
  mode: string;
  session_id: number;
  device_name: string;
  since_unix: number;
  capture?: string;
  last_frame_age_ms?: number;
}

interface DisplaysData {
  backends: Backend[];
  displays: DisplayRow[];
  settings: string[];
}

const resource = createResource<DisplaysData>('/displays', ['session.*', 'display.*', 'settings.changed']);

const kindName = (kind: string): string => tMaybe(`display.kind.${kind}`) ?? kind;

function Map({ rows }: { rows: readonly DisplayRow[] }) {
  const { width, height, boxes } = layout(rows.map((row) => row.mode));
  const label = rows.map((row) => t('display.map_one', { device: row.device_name, mode: modeText(row.mode) })).join('; ');
  return (
    <div class="card">
      <svg class="map" viewBox={`-2 -2 ${width + 4} ${height + 4}`} role="img" aria-label={t('display.map', { list: label })}>
        {rows.map((row, i) => {
          const box = boxes[i]!;
          const middle = box.x + box.width / 2;
          const size = row.mode.split('@')[0]!.replace('x', '×');
          return (
            <g key={row.session_id}>
              <rect class="vd" x={box.x} y={box.y} width={box.width} height={box.height} rx="8" />
              <text x={middle} y={box.y + box.height / 2 - 4}>
                {row.device_name.length > box.width / 9.5 ? `${row.device_name.slice(0, Math.floor(box.width / 9.5) - 1)}…` : row.device_name}
              </text>
              <text class="s" x={middle} y={box.y + box.height / 2 + 16}>
                {size}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function lastFrame(ms: number | undefined): string {
  if (ms === undefined) return '';
  return ms < 10_000
    ? t('display.ms_ago', { value: number(ms) })
    : t('display.s_ago', { value: number(Math.round(ms / 1000)) });
}

function Release({ session, onClose }: { session: Session; onClose(): void }) {
  const name = session.device_name;
  return (
    <Confirm
      icon="display"
      title={t('display.release_title', { name })}
      lead={t('display.release_text', { app: session.app_title })}
      keep={t('app.keep')}
      act={t('display.release_named', { name })}
      run={async () => {
        await remove(`/sessions/${session.id}`);
        toast(t('display.released', { name }));
      }}
      onClose={onClose}
    />
  );
}

function List({ rows }: { rows: readonly DisplayRow[] }) {
  const all = useResource(sessions).data?.sessions ?? [];
  const [release, setRelease] = useState<Session>();
  const keptFor = (row: DisplayRow): Session | undefined =>
    all.find((session) => session.id === row.session_id && session.state === 'detached');
  const columns: Column<DisplayRow>[] = [
    { title: t('display.display'), cell: (row) => <b>{row.device_name}</b> },
    { title: t('display.mode'), cell: (row) => modeText(row.mode) },
    { title: t('display.kind'), cell: (row) => kindName(row.kind) },
    {
      title: t('display.capture'),
      cell: (row) => (keptFor(row) ? t('display.kept') : row.capture && kindName(row.capture)),
    },
    { title: t('display.last'), cell: (row) => lastFrame(row.last_frame_age_ms) },
    { title: t('display.since'), cell: (row) => <When unix={row.since_unix} /> },
    {
      title: t('display.action'),
      quiet: true,
      cell: (row) => {
        const kept = keptFor(row);
        return kept ? (
          <Button small onClick={() => setRelease(kept)}>
            {t('display.release')}
          </Button>
        ) : null;
      },
    },
  ];
  return (
    <>
      <Table label={t('display.table')} columns={columns} rows={rows} keyOf={(row) => row.session_id} />
      {release ? <Release session={release} onClose={() => setRelease(undefined)} /> : null}
    </>
  );
}

function Ways({ backends }: { backends: readonly Backend[] }) {
  return (
    <ul class="card flush list">
      {backends.map((backend) => (
        <li class="check" key={`${backend.room} ${backend.name}`}>
          <Icon
            name={backend.usable ? 'passed' : 'minus'}
            tone={backend.usable ? 'ok' : ''}
            label={t(backend.usable ? 'display.usable' : 'display.unusable')}
          />
          <div>
            <h3>
              {kindName(backend.name)} <span class="dim tiny">{tMaybe(`display.room.${backend.room}`) ?? backend.room}</span>
            </h3>
            {backend.reason ? (
              <p>
                <HostText>{backend.reason}</HostText>
              </p>
            ) : null}
          </div>
          <span />
        </li>
      ))}
    </ul>
  );
}

function Deciding({ ids }: { ids: readonly string[] }) {
  const snapshot = useResource(settings);
  return (
    <Section
      id="connects"
      title={t('display.connects')}
      acts={
        <A class="btn sm" href="/host#settings">
          {t('display.all_settings')}
        </A>
      }
    >
      <Loaded of={snapshot} title={t('set.failed')} reload={() => void settings.reload()} lines={3}>
        {(data) => (
          <>
            <Presets data={data} etag={snapshot.etag} />
            <ul class="card flush list">
              {data.settings
                .filter((setting) => ids.includes(setting.id) || presetIds.includes(setting.id))
                .map((setting) => (
                  <SettingRow key={setting.id} setting={setting} etag={snapshot.etag} />
                ))}
            </ul>
          </>
        )}
      </Loaded>
    </Section>
  );
}

export default function Displays() {
  const snapshot = useResource(resource);
  return (
    <>
      <PageHead title={t('nav.displays')} lead={t('display.lead')} />
      <Loaded of={snapshot} title={t('display.failed')} reload={() => void resource.reload()} lines={4}>
        {(data) => (
          <>
            <Section id="now" title={t('home.now')} count={data.displays.length}>
              {data.displays.length === 0 ? (
                <Empty
                  icon="display"
                  title={t('display.none')}
                  action={
                    <A class="btn" href="/devices">
                      {t('display.to_devices')}
                    </A>
                  }
                >
                  {t('display.none_text')}
                </Empty>
              ) : (
                <>
                  <Map rows={data.displays} />
                  <List rows={data.displays} />
                </>
              )}
            </Section>
            <Section id="ways" title={t('display.ways')} note={t('display.ways_note')}>
              <Ways backends={data.backends} />
            </Section>
            <Deciding ids={data.settings} />
          </>
        )}
      </Loaded>
    </>
  );
}
