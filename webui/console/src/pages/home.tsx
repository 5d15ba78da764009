// Home: what needs somebody, what streams now, what happened lately.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { hostNow, remove } from '../api/client';
import { useResource } from '../api/resource';
import {
  audit,
  devices,
  diagnostics,
  history,
  knocks,
  me,
  pairing,
  sessions,
  status,
} from '../api/resources';
import type { Check, Session } from '../api/types';
import { useStale } from '../app/link';
import { A } from '../app/router';
import { auditHappening, Happenings, type Happening, startedText } from '../components/activity';
import { Confirm } from '../components/confirm';
import { HostText } from '../components/hosttext';
import { Icon, type IconName } from '../components/icon';
import { Bubble, Button, PageHead, Section } from '../components/parts';
import { Empty, Failed, Loaded } from '../components/states';
import { useTick } from '../components/hooks';
import { StreamTile } from '../components/stream_tile';
import { T } from '../components/text';
import { t, tMaybe } from '../i18n';
import { clockTime, duration, list } from '../i18n/units';

const running = (all: readonly Session[]): Session[] => all.filter((session) => session.state !== 'ended');
const concerns = (checks: readonly Check[]): Check[] =>
  checks
    .filter((check) => check.status === 'failed' || check.status === 'warning')
    .sort((a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'));

interface Row {
  key: string;
  icon: IconName;
  tone: 'info' | 'warn' | 'danger';
  title: string;
  lead: string;
  action: ComponentChildren;
  // The words are the host's own.
  fromHost?: boolean;
}

function useConcerns(): Row[] {
  useTick(10);
  const knocking = useResource(knocks);
  const waiting = knocking.data?.pending ?? [];
  const pins = useResource(pairing).data?.pending ?? [];
  const checks = useResource(diagnostics).data?.checks;
  const host = useResource(status).data;
  const rows: Row[] = [];
  const first = waiting[0];
  if (first) {
    rows.push({
      key: 'knock',
      icon: 'phone',
      tone: 'info',
      title:
        waiting.length > 1
          ? t('home.knock_more', { name: first.name, n: waiting.length - 1 })
          : t('home.knock', { name: first.name }),
      lead: t('home.knock_lead', {
        ago: duration(first.age_secs + (Date.now() - (knocking.at ?? Date.now())) / 1000),
      }),
      action: (
        <A class="btn primary" href="/devices#waiting">
          {t('act.review')}
        </A>
      ),
    });
  }
  const pin = pins[0];
  if (pin) {
    rows.push({
      key: 'pin',
      icon: 'phone',
      tone: 'info',
      title: t('home.pin'),
      lead: t('home.pin_lead', { address: pin.peer_ip }),
      action: (
        <A class="btn primary" href="/devices#moonlight">
          {t('act.review')}
        </A>
      ),
    });
  }
  for (const check of concerns(checks ?? [])) {
    rows.push({
      key: check.id,
      icon: check.id.includes('mdns') || check.id.includes('network') ? 'wireless' : 'warning',
      tone: check.status === 'failed' ? 'danger' : 'warn',
      title: tMaybe(`check.title.${check.id}`) ?? check.title,
      lead: check.meaning,
      fromHost: true,
      action: (
        <A class="btn" href="/diagnostics?tab=checks">
          {t('act.show_fix')}
        </A>
      ),
    });
  }
  if (
    host?.encoder &&
    !host.encoder.hardware &&
    !checks?.some((check) => check.id.includes('encoder') && check.status !== 'ok')
  ) {
    rows.push({
      key: 'software',
      icon: 'warning',
      tone: 'danger',
      title: t('home.software'),
      lead: t('home.software_lead'),
      action: (
        <A class="btn" href="/host#encoders">
          {t('act.show_fix')}
        </A>
      ),
    });
  }
  if (host?.open) {
    rows.push({
      key: 'open',
      icon: 'lock',
      tone: 'warn',
      title: t('home.open'),
      lead: t('home.open_lead'),
      action: null,
    });
  }
  return rows;
}

function Attention({ rows }: { rows: readonly Row[] }) {
  const checks = useResource(diagnostics);
  if (!rows.length && !checks.error) return null;
  return (
    <Section id="attention" title={t('home.attention')} count={rows.length}>
      {checks.error && !checks.data ? (
        <Failed
          title={t('home.attention_failed')}
          error={checks.error}
          busy={checks.loading}
          onRetry={() => void diagnostics.reload()}
        />
      ) : null}
      {rows.length ? (
        <ul class="card flush list">
          {rows.map((row) => (
            <li class="att" key={row.key}>
              <Bubble icon={row.icon} tone={row.tone} />
              <div>
                <h3>{row.fromHost ? <HostText>{row.title}</HostText> : row.title}</h3>
                <p>{row.fromHost ? <HostText>{row.lead}</HostText> : row.lead}</p>
              </div>
              <div class="acts">{row.action}</div>
            </li>
          ))}
        </ul>
      ) : null}
    </Section>
  );
}

function StopAll({ all, onClose }: { all: readonly Session[]; onClose(): void }) {
  return (
    <Confirm
      title={t('home.stop_all_title', { n: all.length })}
      lead={t('home.stop_all_lead')}
      keep={t('home.keep')}
      act={t('home.stop_all_act', { n: all.length })}
      run={async () => {
        const results = await Promise.allSettled(all.map((session) => remove(`/sessions/${session.id}`)));
        void sessions.reload();
        const failed = results.find((result) => result.status === 'rejected');
        if (failed) throw failed.reason;
      }}
      onClose={onClose}
    />
  );
}

function NoStreams() {
  const known = useResource(devices).data?.devices;
  const host = useResource(me).data?.host_name ?? '';
  if (known?.length === 0) {
    return (
      <Empty
        icon="devices"
        title={t('home.no_devices')}
        action={
          <A class="btn primary" href="/devices#pair">
            {t('pair.show')}
          </A>
        }
      >
        <T k="home.no_devices_lead" values={{ host }} />
      </Empty>
    );
  }
  return (
    <Empty icon="play" title={t('home.idle')}>
      {t('home.idle_lead')}
    </Empty>
  );
}

function Now() {
  const snapshot = useResource(sessions);
  const known = useResource(devices).data?.devices ?? [];
  const [stopping, setStopping] = useState(false);
  const stale = useStale();
  const live = running(snapshot.data?.sessions ?? []);
  return (
    <Section
      id="now"
      title={t('home.now')}
      {...(live.length
        ? {
            count: live.length,
            note:
              stale && snapshot.at
                ? t('link.as_of', { time: clockTime(snapshot.at / 1000, Date.now() / 1000) })
                : t('home.now_note'),
          }
        : {})}
      acts={
        live.length > 1 ? (
          <Button look="ghost" small off={stale} onClick={() => setStopping(true)}>
            {t('home.stop_all')}
          </Button>
        ) : null
      }
    >
      <Loaded of={snapshot} title={t('home.now_failed')} reload={() => void sessions.reload()}>
        {() =>
          live.length ? (
            <ul class="grid3">
              {live.map((session) => (
                <StreamTile
                  key={session.id}
                  session={session}
                  device={known.find((device) => device.id === session.device_id)}
                />
              ))}
            </ul>
          ) : (
            <NoStreams />
          )
        }
      </Loaded>
      {stopping ? <StopAll all={live} onClose={() => setStopping(false)} /> : null}
    </Section>
  );
}

function Recent() {
  const log = useResource(audit);
  const past = useResource(history);
  const live = running(useResource(sessions).data?.sessions ?? []);
  const host = useResource(status).data;
  const all: Happening[] = [
    ...(log.data?.entries ?? []).map(auditHappening),
    ...(past.data?.sessions ?? []).map((session) => ({
      key: `h${session.id}`,
      unix: session.started_unix + session.duration_s,
      icon: 'stop' as const,
      text: t('recent.ended', {
        name: session.device_name,
        app: session.app_title,
        time: duration(session.duration_s),
      }),
    })),
    ...live.map((session) => ({
      key: `s${session.id}`,
      unix: session.started_unix,
      icon: 'devices' as const,
      text: startedText(session.device_name, session.app_title),
    })),
    ...(host
      ? [
          {
            key: 'host',
            // Rounded, so that the second in which the answer came does not reorder the list.
            unix: Math.round((hostNow() - host.uptime_s) / 10) * 10,
            icon: 'again' as const,
            text: t('recent.host_started', { version: host.version }),
          },
        ]
      : []),
  ];
  all.sort((a, b) => b.unix - a.unix);
  const error = log.data ? undefined : log.error;
  return (
    <Section
      id="recent"
      title={t('home.recent')}
      acts={
        <A class="btn ghost sm" href="/diagnostics?tab=audit">
          {t('home.recent_all')}
        </A>
      }
    >
      {all.length ? (
        <Happenings all={all.slice(0, 6)} />
      ) : error ? null : (
        <p class="soft small">{t('home.recent_none')}</p>
      )}
      {error ? (
        <Failed
          title={t('home.recent_failed')}
          error={error}
          busy={log.loading}
          onRetry={() => void audit.reload()}
        />
      ) : null}
    </Section>
  );
}

export default function Home() {
  const rows = useConcerns();
  const streams = running(useResource(sessions).data?.sessions ?? []).length;
  const waiting =
    (useResource(knocks).data?.pending.length ?? 0) + (useResource(pairing).data?.pending.length ?? 0);
  const checks = concerns(useResource(diagnostics).data?.checks ?? []).length;
  const parts = [
    ...(streams ? [t('home.streams', { n: streams })] : []),
    ...(waiting ? [t('home.waiting', { n: waiting })] : []),
    ...(checks ? [t('home.checks', { n: checks })] : []),
  ];
  const loaded = useResource(sessions).data !== undefined;
  return (
    <>
      <PageHead
        title={t('nav.home')}
        lead={
          loaded ? (parts.length ? t('home.summary', { parts: list(parts) }) : t('home.quiet')) : undefined
        }
      >
        <A class="btn primary" href="/devices#pair">
          <Icon name="plus" small />
          {t('home.pair')}
        </A>
      </PageHead>
      <Attention rows={rows} />
      <Now />
      <Recent />
    </>
  );
}
