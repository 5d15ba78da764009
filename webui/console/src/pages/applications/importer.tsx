// The dialog that takes titles over from the programs that know them: Steam, Lutris, the menu.
import { useState } from 'preact/hooks';
import { sentence } from '../../api/errors';
import { Cancelled, gated } from '../../api/password';
import { useResource } from '../../api/resource';
import { Dialog, FormFoot } from '../../components/dialog';
import { Search } from '../../components/fields';
import { Button } from '../../components/parts';
import { Banner, Loaded } from '../../components/states';
import { toast } from '../../components/toast';
import { t, tMaybe } from '../../i18n';
import { list } from '../../i18n/units';
import { joinWords } from './words';
import type { App, Library, LibraryEntry } from './model';
import { apps, library } from './resources';

export const sourceName = (id: string, name: string): string => tMaybe(`app.source.${id}`) ?? name;

function Entries({ data, known, picked, onPicked }: { data: Library; known: readonly App[]; picked: ReadonlySet<string>; onPicked(keys: ReadonlySet<string>): void }) {
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const taken = (entry: LibraryEntry): boolean => known.some((app) => app.source === entry.key);
  const seen = data.entries.filter((entry) => entry.title.toLowerCase().includes(wanted));
  const open = seen.filter((entry) => !taken(entry));
  const sources = data.sources.filter((source) => source.found > 0);
  const all = open.length > 0 && open.every((entry) => picked.has(entry.key));
  function toggle(key: string): void {
    const next = new Set(picked);
    if (!next.delete(key)) next.add(key);
    onPicked(next);
  }
  if (data.entries.length === 0) return <p class="soft">{t('app.library_none')}</p>;
  return (
    <div class="stack l">
      <p class="soft small">
        {t('app.library_found', {
          n: data.entries.length,
          sources: list(sources.map((source) => sourceName(source.id, source.name)), 'conjunction'),
        })}
      </p>
      <div class="tools">
        <Search label={t('app.search')} placeholder={t('app.search')} value={search} onValue={setSearch} />
        <Button
          small
          off={open.length === 0}
          onClick={() => onPicked(all ? new Set() : new Set([...picked, ...open.map((entry) => entry.key)]))}
        >
          {all ? t('app.pick_none') : t('app.pick_all', { n: open.length })}
        </Button>
      </div>
      <ul class="import-list">
        {seen.map((entry) => (
          <li key={entry.key}>
            <label>
              <input
                type="checkbox"
                checked={picked.has(entry.key)}
                disabled={taken(entry)}
                onChange={() => toggle(entry.key)}
              />
              <span>
                <b>{entry.title}</b>
                <span class="under dim tiny">
                  {taken(entry) ? (
                    t('app.there_already')
                  ) : (
                    <>
                      {sourceName(entry.source, entry.source)} · <span class="mono">{joinWords(entry.command)}</span>
                    </>
                  )}
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {seen.length === 0 ? <p class="soft small">{t('app.none')}</p> : null}
    </div>
  );
}

export function Importer({ onClose }: { onClose(): void }) {
  const found = useResource(library);
  const known = useResource(apps).data?.apps ?? [];
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();

  async function take(): Promise<void> {
    if (picked.size === 0) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await gated('POST', '/library/import', { keys: [...picked] }, t('app.why'));
      await apps.reload();
      toast(t('app.imported', { n: picked.size }));
      onClose();
    } catch (error) {
      if (!(error instanceof Cancelled)) setFailure(sentence(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      icon="download"
      title={t('app.import_title')}
      lead={t('app.import_lead')}
      onClose={onClose}
      onSubmit={() => void take()}
      foot={
        <FormFoot act={t('app.import_n', { n: picked.size })} busy={busy} off={picked.size === 0} onClose={onClose}>
          <Button onClick={() => void library.reload()} icon="again" busy={found.loading}>
            {t('app.scan_again')}
          </Button>
        </FormFoot>
      }
    >
      {failure ? (
        <Banner tone="danger" icon="failed" alert>
          {failure}
        </Banner>
      ) : null}
      <Loaded of={found} title={t('app.library_failed')} reload={() => void library.reload()} lines={5}>
        {(data) => <Entries data={data} known={known} picked={picked} onPicked={setPicked} />}
      </Loaded>
    </Dialog>
  );
}
