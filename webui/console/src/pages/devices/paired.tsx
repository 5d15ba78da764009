// Every paired device: search, filters, sorting, and what can be done to one.
import type { ComponentChildren } from 'preact';
import { hostNow, patch } from '../../api/client';
import { gated } from '../../api/password';
import { useResource } from '../../api/resource';
import { devices, sessions } from '../../api/resources';
import type { Device, Level, Session } from '../../api/types';
import { useStale } from '../../app/link';
import { A, navigate, setQuery, usePlace, withQuery } from '../../app/router';
import { deviceIcon } from '../../components/device_icon';
import { Icon, type IconName } from '../../components/icon';
import { Menu, type MenuEntry } from '../../components/menu';
import { Search } from '../../components/fields';
import { FilterPills } from '../../components/links';
import { Button, Chip, Section } from '../../components/parts';
import { Empty, Loaded } from '../../components/states';
import { When } from '../../components/text';
import { toast, toastError } from '../../components/toast';
import { useTick } from '../../components/hooks';
import { type Key, t } from '../../i18n';
import { duration, exactTime, relativeTime } from '../../i18n/units';
import { AccessDialog, versionOf } from './access_dialog';
import { MergeDialog, RenameDialog, RevokeDialog, SplitDialog } from './small_dialogs';
import { clientText, fits, type SortBy, sortDevices, sortNames } from './sorting';

const levelIcons: Readonly<Record<Level, IconName>> = {
  full: 'check',
  controller: 'pad',
  view: 'eye',
  custom: 'sliders',
};

function Ends({ device }: { device: Device }) {
  useTick(30);
  if (device.until_disconnect) return <>{t('list.disconnect')}</>;
  if (device.expires_unix === undefined) return <>{t('list.never')}</>;
  const left = device.expires_unix - hostNow();
  return (
    <time title={exactTime(device.expires_unix)} tabIndex={0}>
      {device.expired || left <= 0
        ? `${t('list.over')} ${relativeTime(device.expires_unix, hostNow())}`
        : t('list.in', { time: duration(left) })}
    </time>
  );
}

function StatusChip({ device, session }: { device: Device; session: Session | undefined }) {
  if (device.disabled) return <Chip icon="lock">{t('list.chip_disabled')}</Chip>;
  if (session) {
    return (
      <Chip tone="ok" point>
        {t('list.chip_streaming')}
      </Chip>
    );
  }
  if (device.expired) {
    return (
      <Chip tone="warn" point="hollow">
        {t('list.chip_expired')}
      </Chip>
    );
  }
  return device.connections > 0 ? <Chip tone="info">{t('list.chip_connected')}</Chip> : null;
}

async function setDisabled(device: Device, disabled: boolean): Promise<void> {
  try {
    if (disabled) await patch(`/devices/${device.id}`, { disabled }, versionOf(device));
    else
      await gated(
        'PATCH',
        `/devices/${device.id}`,
        { disabled },
        t('list.enable_why', { name: device.name }),
        versionOf(device),
      );
    toast(t(disabled ? 'list.disabled_done' : 'list.enabled_done', { name: device.name }));
  } catch (error) {
    toastError(error);
  }
  void devices.reload();
}

function Row({ device, session, others }: { device: Device; session: Session | undefined; others: boolean }) {
  const stale = useStale();
  const open = (name: string) => (): void => setQuery({ [name]: String(device.id) });
  const entries: MenuEntry[] = [
    { text: t('list.rename'), onPick: open('rename') },
    { text: t('list.edit'), onPick: open('access') },
    { text: t('list.display'), onPick: () => navigate(session ? '/displays' : '/displays#connects') },
    {
      text: device.disabled ? t('list.enable') : t('list.disable'),
      onPick: () => void setDisabled(device, !device.disabled),
    },
    ...(others ? [{ text: t('list.merge'), onPick: open('merge') }] : []),
    ...(device.credentials.length > 1 ? [{ text: t('list.split'), onPick: open('split') }] : []),
    { text: t('list.revoke'), onPick: open('revoke'), bad: true },
  ].map((entry) => (stale ? { ...entry, off: t('link.out_of_date') } : entry));
  const ends = device.expires_unix !== undefined || device.until_disconnect;
  return (
    <tr role="row" class={device.disabled ? 'off' : undefined}>
      <th role="rowheader" scope="row">
        <div class="dev">
          <Icon name={deviceIcon(device.name, device.client_kind)} />
          <div>
            <b>{device.name}</b> <StatusChip device={device} session={session} />
            {session ? (
              <span class="under">
                {t('list.under', {
                  app: session.app_title,
                  time: duration(hostNow() - session.started_unix),
                })}
              </span>
            ) : device.client_kind ? (
              <span class="under">{device.client_kind}</span>
            ) : null}
          </div>
        </div>
      </th>
      <td role="cell">
        {clientText(device)}
        {device.last_address ? (
          <span class="under dim tiny wide-only">
            <bdi dir="ltr">{device.last_address}</bdi>
          </span>
        ) : null}
      </td>
      <td role="cell">
        <Chip tone="line" icon={levelIcons[device.access_level]}>
          {t(
            device.access_level === 'controller' ? 'level.controller.short' : `level.${device.access_level}`,
          )}
        </Chip>
      </td>
      <td role="cell" class={ends ? 'soft' : 'dim never'}>
        {ends && !device.expired ? <span class="lbl">{t('list.ends')} </span> : null}
        <Ends device={device} />
      </td>
      <td role="cell" class="dim">
        <span class="lbl">{t('list.seen_label')} </span>
        {session ? (
          <time>{t('time.now')}</time>
        ) : device.last_seen_unix === undefined ? (
          t('list.never_seen')
        ) : (
          <When unix={device.last_seen_unix} />
        )}
      </td>
      <td role="cell" class="num">
        <Menu label={t('list.more_for', { name: device.name })} entries={entries} />
      </td>
    </tr>
  );
}

function Head({ by, down }: { by: SortBy; down: boolean }) {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {sortNames.map((name) => {
          const current = name === by;
          return (
            <th
              key={name}
              role="columnheader"
              scope="col"
              {...(current ? { 'aria-sort': down ? ('descending' as const) : ('ascending' as const) } : {})}
            >
              <button
                type="button"
                onClick={() =>
                  setQuery(
                    { sort: name === 'seen' ? null : name, down: current ? (down ? '0' : '1') : null },
                    { replace: true },
                  )
                }
              >
                {t(`list.${name}` as Key)}
                <Icon name={current ? (down ? 'down' : 'up') : 'sort'} small />
              </button>
            </th>
          );
        })}
        <th role="columnheader" scope="col">
          <span class="vh">{t('nav.more')}</span>
        </th>
      </tr>
    </thead>
  );
}

function Filters({ all }: { all: readonly Device[] }) {
  const { query } = usePlace();
  const none = { now: null, kind: null, expires: null, off: null };
  const pill = (name: string, value: string, count: number, text: ComponentChildren) =>
    count || query.get(name) === value
      ? [{ href: withQuery({ ...none, [name]: value }), current: query.get(name) === value, text }]
      : [];
  const count = (test: (device: Device) => boolean): number => all.filter(test).length;
  const streaming = count((device) => device.session_id !== undefined);
  const moonlight = count((device) => device.credentials.some((one) => one.plane === 'gamestream'));
  const native = count((device) => device.credentials.some((one) => one.plane === 'native'));
  const ending = count((device) => device.expires_unix !== undefined || device.until_disconnect);
  const disabled = count((device) => device.disabled);
  return (
    <FilterPills
      label={t('list.filter')}
      links={[
        {
          href: withQuery(none),
          current: !Object.keys(none).some((name) => query.has(name)),
          text: t('list.all'),
        },
        ...pill(
          'now',
          '1',
          streaming,
          <>
            <span class="pt live" />
            {t('list.streaming', { n: streaming })}
          </>,
        ),
        ...pill(
          'kind',
          'moonlight',
          moonlight,
          t('list.kind', { kind: t('plane.gamestream'), n: moonlight }),
        ),
        ...pill('kind', 'native', native, t('list.kind', { kind: t('plane.native'), n: native })),
        ...pill('expires', '1', ending, t('list.expires', { n: ending })),
        ...pill('off', '1', disabled, t('list.disabled', { n: disabled })),
      ]}
    />
  );
}

function Dialogs({ all, running }: { all: readonly Device[]; running: readonly Session[] }) {
  const { query } = usePlace();
  for (const name of ['access', 'rename', 'merge', 'split', 'revoke'] as const) {
    const id = query.get(name);
    const device = id === null ? undefined : all.find((one) => String(one.id) === id);
    if (!device) continue;
    const onClose = (): void => setQuery({ [name]: null });
    const key = `${name}${device.id}`;
    switch (name) {
      case 'access':
        return (
          <AccessDialog
            key={key}
            device={device}
            session={running.find((session) => session.device_id === device.id)}
            onClose={onClose}
          />
        );
      case 'rename':
        return <RenameDialog key={key} device={device} onClose={onClose} />;
      case 'merge':
        return <MergeDialog key={key} device={device} all={all} onClose={onClose} />;
      case 'split':
        return <SplitDialog key={key} device={device} onClose={onClose} />;
      case 'revoke':
        return <RevokeDialog key={key} device={device} onClose={onClose} />;
    }
  }
  return null;
}

export function Paired() {
  const snapshot = useResource(devices);
  const running = (useResource(sessions).data?.sessions ?? []).filter((session) => session.state !== 'ended');
  const { query } = usePlace();
  const all = snapshot.data?.devices ?? [];
  const by = sortNames.find((name) => name === query.get('sort')) ?? 'seen';
  const down = query.has('down') ? query.get('down') === '1' : by === 'seen';
  const shown = sortDevices(
    all.filter((device) => fits(device, query)),
    by,
    down,
  );
  if (snapshot.data && !all.length) return null;
  return (
    <Section id="paired" title={t('list.title')} {...(all.length ? { count: all.length } : {})}>
      <Loaded of={snapshot} title={t('list.failed')} reload={() => void devices.reload()} lines={4}>
        {() => (
          <>
            <div class="tools">
              <Search
                label={t('list.search')}
                placeholder={t('list.search_hint')}
                value={query.get('q') ?? ''}
                onValue={(q) => setQuery({ q }, { replace: true })}
              />
              <Filters all={all} />
            </div>
            {shown.length ? (
              <div class="card flush">
                <table class="flow" role="table" aria-labelledby="h-paired">
                  <Head by={by} down={down} />
                  <tbody role="rowgroup">
                    {shown.map((device) => (
                      <Row
                        key={device.id}
                        device={device}
                        session={running.find((session) => session.device_id === device.id)}
                        others={all.length > 1}
                      />
                    ))}
                  </tbody>
                </table>
              </div>
            ) : (
              <Empty
                icon="search"
                title={t('list.none')}
                action={
                  <A class="btn primary" href="/devices">
                    {t('list.show_all')}
                  </A>
                }
              >
                {t('list.none_lead')}
              </Empty>
            )}
            {snapshot.error ? <Retry onRetry={() => void devices.reload()} busy={snapshot.loading} /> : null}
          </>
        )}
      </Loaded>
      <Dialogs all={all} running={running} />
    </Section>
  );
}

// The list is shown as it was; asking again failed.
function Retry({ onRetry, busy }: { onRetry(): void; busy: boolean }) {
  return (
    <p class="row wrap soft small" role="status">
      <Icon name="warning" small />
      {t('list.failed')}
      <Button small look="ghost" busy={busy} onClick={onRetry}>
        {t('act.try_again')}
      </Button>
    </p>
  );
}
