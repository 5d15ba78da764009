// Who paired, approved, changed and revoked what, and from where. Newest first.
import { useEffect, useState } from 'preact/hooks';
import { get, type ApiError } from '../../api/client';
import { asApiError } from '../../api/errors';
import { onEvent, onGap } from '../../api/live';
import type { AuditEntry } from '../../api/types';
import { HostText } from '../../components/hosttext';
import { Button, Empty, Failed, Section, Skeleton } from '../../components/parts';
import { When } from '../../components/text';
import { t, tMaybe } from '../../i18n';

interface Answer {
  entries: AuditEntry[];
  next?: number;
}
const page = 50;

function Row({ entry }: { entry: AuditEntry }) {
  const what = tMaybe(`done.${entry.what.replaceAll(/[ -]/g, '_')}`);
  return (
    <tr>
      <th scope="row">
        <When unix={entry.unix_time} />
      </th>
      <td>
        <b>{what ?? <HostText>{entry.what}</HostText>}</b>
      </td>
      <td>{entry.device_name ?? '–'}</td>
      <td>{tMaybe(`by.${entry.by}`) ?? entry.by}</td>
      <td class="mono">{entry.from}</td>
      <td>
        <HostText>{entry.detail}</HostText>
      </td>
    </tr>
  );
}

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
          <div class="card flush">
            <div class="scroll" role="region" aria-label={t('audit.table')} tabIndex={0}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{t('audit.when')}</th>
                    <th scope="col">{t('audit.what')}</th>
                    <th scope="col">{t('audit.device')}</th>
                    <th scope="col">{t('audit.who')}</th>
                    <th scope="col">{t('audit.from')}</th>
                    <th scope="col">{t('audit.detail')}</th>
                  </tr>
                </thead>
                <tbody>
                  {entries.map((entry) => (
                    <Row key={entry.id} entry={entry} />
                  ))}
                </tbody>
              </table>
            </div>
          </div>
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
