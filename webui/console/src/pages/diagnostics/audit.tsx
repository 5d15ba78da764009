// Who paired, approved, changed and revoked what, and from where. Newest first.
import { useEffect, useState } from 'preact/hooks';
import { get, type ApiError } from '../../api/client';
import { asApiError } from '../../api/errors';
import { onEvent, onGap } from '../../api/live';
import type { AuditEntry } from '../../api/types';
import { HostText } from '../../components/hosttext';
import { Button, Section } from '../../components/parts';
import { Empty, Failed, Skeleton } from '../../components/states';
import { type Column, Table } from '../../components/table';
import { When } from '../../components/text';
import { t, tMaybe } from '../../i18n';

interface Answer {
  entries: AuditEntry[];
  next?: number;
}
const page = 50;

const columns = (): Column<AuditEntry>[] => [
  { title: t('audit.when'), cell: (entry) => <When unix={entry.unix_time} /> },
  {
    title: t('audit.what'),
    cell: (entry) => (
      <b>{tMaybe(`done.${entry.what.replaceAll(/[ -]/g, '_')}`) ?? <HostText>{entry.what}</HostText>}</b>
    ),
  },
  { title: t('list.device'), cell: (entry) => entry.device_name },
  { title: t('audit.who'), cell: (entry) => tMaybe(`by.${entry.by}`) ?? entry.by },
  { title: t('audit.from'), mono: true, cell: (entry) => entry.from },
  { title: t('audit.detail'), cell: (entry) => (entry.detail ? <HostText>{entry.detail}</HostText> : null) },
];

export function Audit() {
  const [entries, setEntries] = useState<AuditEntry[]>();
  const [next, setNext] = useState<number>();
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);

  async function newest(signal?: AbortSignal): Promise<void> {
    try {
      const answer = await get<Answer>(`/audit?limit=${page}`, signal);
      setEntries((old) => {
        const last = answer.entries[answer.entries.length - 1]?.id;
        // Earlier pages that are open already stay.
        const earlier = last === undefined ? [] : (old ?? []).filter((entry) => entry.id < last);
        if (earlier.length === 0) setNext(answer.next);
        return [...answer.entries, ...earlier];
      });
      setError(undefined);
    } catch (problem) {
      if (!signal?.aborted) setError(asApiError(problem));
    }
  }

  async function earlier(): Promise<void> {
    setBusy(true);
    try {
      const answer = await get<Answer>(`/audit?limit=${page}&after=${next}`);
      setEntries((old) => [...(old ?? []), ...answer.entries]);
      setNext(answer.next);
    } catch (problem) {
      setError(asApiError(problem));
    } finally {
      setBusy(false);
    }
  }

  useEffect(() => {
    const control = new AbortController();
    const ask = (): void => void newest(control.signal);
    ask();
    const stops = [onGap(ask), ...['pairing.*', 'access.*', 'settings.changed', 'apps.changed'].map((kind) => onEvent(kind, ask))];
    return () => {
      control.abort();
      for (const stop of stops) stop();
    };
  }, []);

  return (
    <Section id="audit" title={t('diag.tab.audit')} note={t('audit.note')}>
      {entries === undefined && error ? (
        <Failed title={t('audit.failed')} error={error} onRetry={() => void newest()} />
      ) : entries === undefined ? (
        <Skeleton lines={4} />
      ) : entries.length === 0 ? (
        <Empty icon="shield" title={t('audit.none')}>
          {t('audit.none_text')}
        </Empty>
      ) : (
        <>
          <Table label={t('audit.table')} columns={columns()} rows={entries} keyOf={(entry) => entry.id} />
          {next ? (
            <div>
              <Button small busy={busy} onClick={() => void earlier()}>
                {t('audit.earlier')}
              </Button>
            </div>
          ) : null}
        </>
      )}
    </Section>
  );
}
