// What a client can start.
import { remove } from '../../api/client';
import { useResource } from '../../api/resource';
import { sessions } from '../../api/resources';
import { A, setQuery, usePlace, withQuery } from '../../app/router';
import { Confirm } from '../../components/confirm';
import { Icon } from '../../components/icon';
import { Search } from '../../components/fields';
import { FilterPills } from '../../components/links';
import { Button, Chip, PageHead } from '../../components/parts';
import { Empty, Loaded } from '../../components/states';
import { toast } from '../../components/toast';
import { t } from '../../i18n';
import { artAddress, Cover } from './cover';
import { Editor } from './editor';
import { Importer, sourceName } from './importer';
import { type App, filtered, isDesktop, sourceOf } from './model';
import { apps } from './resources';

function Removal({ app, onClose }: { app: App; onClose(): void }) {
  return (
    <Confirm
      icon="apps"
      title={t('app.remove_title', { title: app.title })}
      lead={t('app.remove_text')}
      keep={t('app.keep')}
      act={t('app.remove_named', { title: app.title })}
      run={async () => {
        await remove(`/apps/${app.id}`);
        await apps.reload();
        toast(t('app.removed', { title: app.title }));
      }}
      onClose={onClose}
    />
  );
}

function Tile({ app, streaming }: { app: App; streaming: readonly string[] }) {
  return (
    <li>
      <A class="cover" href={withQuery({ edit: String(app.id) })} data-app={app.id}>
        <span class="art">
          <Cover
            title={app.title}
            desktop={isDesktop(app)}
            art={app.art === undefined ? undefined : artAddress(app.id, app.art)}
          />
          {streaming.length > 0 ? (
            <Chip tone="ok" point>
              <span class="vh">{t('app.streams_to')} </span>
              {streaming.length === 1 ? streaming[0] : t('app.streams', { n: streaming.length })}
            </Chip>
          ) : null}
        </span>
        <span>
          <b>{app.title}</b>
          <br />
          {app.hidden ? <Chip tone="line">{t('app.hidden')}</Chip> : null}
          <span class="dim tiny">
            {isDesktop(app) ? t('app.always') : sourceName(sourceOf(app), sourceOf(app))}
          </span>
        </span>
      </A>
    </li>
  );
}

function Grid({ all }: { all: readonly App[] }) {
  const { query } = usePlace();
  const search = query.get('q') ?? '';
  const source = query.get('s') ?? '';
  const running = useResource(sessions).data?.sessions ?? [];
  const seen = filtered(all, search, source);
  const counts = new Map<string, number>();
  for (const app of all) if (!isDesktop(app)) counts.set(sourceOf(app), (counts.get(sourceOf(app)) ?? 0) + 1);
  const pills = [
    { href: withQuery({ s: null }), current: source === '', text: t('app.all', { count: all.length }) },
    ...[...counts].map(([id, count]) => ({
      href: withQuery({ s: id }),
      current: source === id,
      text: t('app.of_source', { name: sourceName(id, id), count }),
    })),
  ];
  const hidden = all.filter((app) => app.hidden).length;
  if (hidden > 0 || source === 'hidden')
    pills.push({
      href: withQuery({ s: 'hidden' }),
      current: source === 'hidden',
      text: t('app.hidden_n', { count: hidden }),
    });
  return (
    <>
      <section class="sec" aria-labelledby="h-sources">
        <h2 class="vh" id="h-sources">
          {t('app.sources')}
        </h2>
        <div class="tools">
          <Search
            label={t('app.search')}
            placeholder={t('app.search_hint', { n: all.length })}
            value={search}
            onValue={(text) => setQuery({ q: text }, { replace: true })}
          />
          <FilterPills label={t('app.filter')} links={pills} />
        </div>
      </section>
      <section class="sec" aria-labelledby="h-all">
        <h2 class="vh" id="h-all">
          {t('app.list')}
        </h2>
        {seen.length === 0 ? (
          <Empty
            icon="search"
            title={t('app.none')}
            action={<Button onClick={() => setQuery({ q: null, s: null })}>{t('app.show_all')}</Button>}
          >
            {t('app.none_text')}
          </Empty>
        ) : (
          <ul class="covers">
            {seen.map((app) => (
              <Tile
                key={app.id}
                app={app}
                streaming={running
                  .filter((session) => session.app_id === app.id && session.state === 'live')
                  .map((session) => session.device_name)}
              />
            ))}
            {search === '' && source === '' ? (
              <li>
                <A class="cover add" href={withQuery({ add: '1' })}>
                  <span class="art">
                    <Icon name="plus" />
                    <span class="small">{t('app.add_own')}</span>
                  </span>
                  <span>
                    <b>{t('app.new')}</b>
                    <br />
                    <span class="dim tiny">{t('app.new_under')}</span>
                  </span>
                </A>
              </li>
            ) : null}
          </ul>
        )}
      </section>
    </>
  );
}

export default function Applications() {
  const { query } = usePlace();
  const snapshot = useResource(apps);
  const all = snapshot.data?.apps ?? [];
  const edited = all.find((app) => String(app.id) === query.get('edit'));
  const doomed = all.find((app) => String(app.id) === query.get('remove'));
  const close = (): void => setQuery({ edit: null, add: null, import: null, remove: null });
  return (
    <>
      <PageHead title={t('app.page')} lead={t('app.lead')}>
        <Button icon="download" onClick={() => setQuery({ import: '1' })}>
          {t('app.import')}
        </Button>
        <Button look="primary" icon="plus" onClick={() => setQuery({ add: '1' })}>
          {t('app.add')}
        </Button>
      </PageHead>
      <Loaded of={snapshot} title={t('app.failed')} reload={() => void apps.reload()} lines={4}>
        {(data) => <Grid all={data.apps} />}
      </Loaded>
      {edited ? (
        <Editor
          key={edited.id}
          app={edited}
          onClose={close}
          onRemove={(app) => setQuery({ edit: null, remove: String(app.id) })}
        />
      ) : null}
      {query.has('add') ? <Editor onClose={close} /> : null}
      {query.has('import') ? <Importer onClose={close} /> : null}
      {doomed ? <Removal app={doomed} onClose={close} /> : null}
    </>
  );
}
