// Every setting, with search and filters in the address.
import { useResource } from '../../api/resource';
import { sessions, status } from '../../api/resources';
import { setQuery, usePlace, withQuery } from '../../app/router';
import { HostText } from '../../components/hosttext';
import { Search } from '../../components/fields';
import { FilterPills } from '../../components/links';
import { Button, Section } from '../../components/parts';
import { Banner, Empty, Loaded } from '../../components/states';
import { T } from '../../components/text';
import { t, tMaybe } from '../../i18n';
import { RestartWhenIdle } from './power';
import { settings as resource } from './resources';
import { SettingRow, settingName } from './settingrow';
import { byGroup, chosen, countOf, shows, type Settings } from './model';

function Pending({ data }: { data: Settings }) {
  const running = useResource(sessions).data?.sessions.length ?? 0;
  const pending = data.settings.filter((setting) => setting.restart_pending).length;
  if (pending === 0) return null;
  return (
    <Banner tone="warn" icon="again" action={<RestartWhenIdle running={running} />}>
      <T k="set.restart" values={{ n: pending }} />{' '}
      <span class="soft">{running > 0 ? t('set.restart_ends', { n: running }) : t('set.restart_how')}</span>
    </Banner>
  );
}

function Rows({ data, etag }: { data: Settings; etag: string | undefined }) {
  const { query } = usePlace();
  const search = query.get('q') ?? '';
  const show = shows.find((name) => name === query.get('show')) ?? 'usual';
  const seen = chosen(data.settings, settingName, search, show);
  const groups = search === '' ? byGroup(seen) : seen.length ? ([['', seen]] as [string, typeof seen][]) : [];
  return (
    <Section
      id="settings"
      title={t('set.title')}
      note={
        seen.length === data.settings.length
          ? t('set.n', { n: seen.length })
          : t('set.shown', { shown: seen.length, all: data.settings.length })
      }
    >
      <div class="tools">
        <Search
          label={t('set.search')}
          placeholder={t('set.search_hint')}
          value={search}
          onValue={(text) => setQuery({ q: text }, { replace: true })}
        />
        <FilterPills
          label={t('set.filter')}
          links={shows.map((name) => ({
            href: withQuery({ show: name === 'usual' ? null : name }),
            current: name === show,
            text: t(`set.${name}`, { count: countOf(data.settings, name) }),
          }))}
        />
      </div>
      <Pending data={data} />
      {data.problems.map((problem) => (
        <Banner key={problem} tone="warn" icon="warning">
          <b>{t('set.problem')}</b> <HostText>{problem}</HostText>
        </Banner>
      ))}
      {groups.length === 0 ? (
        <Empty
          icon="search"
          title={t('set.no_hit')}
          action={<Button onClick={() => setQuery({ q: null, show: null })}>{t('set.show_all')}</Button>}
        />
      ) : (
        groups.map(([group, rows]) => (
          <div class="stack" key={group}>
            {group === '' ? null : <h3 class="soft">{tMaybe(`set.group.${group}`) ?? group}</h3>}
            <ul class="card flush list">
              {rows.map((setting) => (
                <SettingRow key={setting.id} setting={setting} search={search} etag={etag} />
              ))}
            </ul>
          </div>
        ))
      )}
    </Section>
  );
}

export function SettingsList() {
  const snapshot = useResource(resource);
  // Whether a change waits for a restart also shows elsewhere.
  useResource(status);
  return (
    <Loaded of={snapshot} title={t('set.failed')} reload={() => void resource.reload()} lines={6}>
      {(data) => <Rows data={data} etag={snapshot.etag} />}
    </Loaded>
  );
}
