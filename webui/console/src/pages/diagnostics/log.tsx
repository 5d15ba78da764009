// The host's log as it grows: lowest level, search, pause, and the whole of it as a file.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { base, get, type ApiError } from '../../api/client';
import { asApiError } from '../../api/errors';
import { onEvent, onGap } from '../../api/live';
import { setQuery, usePlace, withQuery, navigate } from '../../app/router';
import { Icon } from '../../components/icon';
import { Search } from '../../components/fields';
import { Button, Section } from '../../components/parts';
import { Empty, Failed, Skeleton } from '../../components/states';
import { currentLocale, t, type Key } from '../../i18n';
import { append, levels, shown, type Level, type LogLine } from './loglines';

interface Answer {
  entries: LogLine[];
  next: number;
  dropped: number;
}

// Lines may come in hundreds; asking more often than this would cost more than it shows.
const leastMs = 400;

function useLog(): { lines: LogLine[] | undefined; error: ApiError | undefined; again(): void } {
  const [lines, setLines] = useState<LogLine[]>();
  const [error, setError] = useState<ApiError>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    let next: number | undefined;
    let asking = false;
    let more = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      if (asking) {
        more = true;
        return;
      }
      asking = true;
      try {
        const after = next === undefined ? '' : `&after=${next}`;
        const answer = await get<Answer>(`/logs?limit=1000${after}`, control.signal);
        // A cursor from before a restart of the host lies behind its newest line.
        next = answer.next;
        setLines((old) => append(old ?? [], answer.entries));
        setError(undefined);
      } catch (problem) {
        if (!control.signal.aborted) setError(asApiError(problem));
      }
      timer = setTimeout(() => {
        asking = false;
        if (!more || control.signal.aborted) return;
        more = false;
        void ask();
      }, leastMs);
    };
    void ask();
    const stops = [
      onEvent('log', () => void ask()),
      onGap(() => void ask()),
      onEvent('host.started', () => {
        next = undefined;
        setLines([]);
        void ask();
      }),
    ];
    return () => {
      control.abort();
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [round]);
  return { lines, error, again: () => setRound((n) => n + 1) };
}

const names: Readonly<Record<Level, Key>> = {
  debug: 'log.debug',
  info: 'log.info',
  warn: 'log.warn',
  error: 'log.error',
};
// The words of the log itself: what a person would search for in the downloaded file.
const codes: Readonly<Record<Level, { word: string; tone: string }>> = {
  debug: { word: 'DEBUG', tone: '' },
  info: { word: 'INFO', tone: 'I' },
  warn: { word: 'WARN', tone: 'W' },
  error: { word: 'ERROR', tone: 'E' },
};

function timeOf(ms: number): string {
  const date = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

function zone(): string {
  const parts = new Intl.DateTimeFormat(currentLocale(), { timeZoneName: 'short' }).formatToParts(new Date());
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
}

function Viewer({ lines }: { lines: readonly LogLine[] }) {
  const { query } = usePlace();
  const level = levels.find((name) => name === query.get('level')) ?? 'info';
  const search = query.get('q') ?? '';
  // The number of the newest line when it was paused; undefined while it runs.
  const [held, setHeld] = useState<number>();
  const box = useRef<HTMLDivElement>(null);
  const newest = lines[lines.length - 1]?.seq ?? 0;
  const all = useMemo(() => shown(lines, level, search), [lines, level, search]);
  const seen = held === undefined ? all : all.filter((line) => line.seq <= held);
  const waiting = all.length - seen.length;

  // While it runs, the newest line stays in sight.
  useLayoutEffect(() => {
    const element = box.current;
    if (element && held === undefined) element.scrollTop = element.scrollHeight;
  }, [seen.length, held, newest]);

  function onScroll(): void {
    const element = box.current;
    if (!element) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 24;
    if (!atEnd && held === undefined) setHeld(newest);
  }

  return (
    <div class="card flush">
      <div class="bar">
        <div class="seg" role="group" aria-label={t('log.lowest')}>
          {levels.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === level}
              onClick={() => navigate(withQuery({ level: name === 'info' ? null : name }))}
            >
              {t(names[name])}
            </button>
          ))}
        </div>
        <Search
          label={t('log.search')}
          placeholder={t('log.search_hint')}
          value={search}
          onValue={(text) => setQuery({ q: text }, { replace: true })}
        />
        <span class="push">
          <Button
            small
            icon={held === undefined ? 'pause' : 'play'}
            aria-pressed={held !== undefined}
            onClick={() => setHeld(held === undefined ? newest : undefined)}
          >
            {held === undefined ? t('log.pause') : waiting > 0 ? t('log.paused_n', { n: waiting }) : t('log.paused')}
          </Button>
        </span>
      </div>
      {seen.length === 0 ? (
        <p class="card-pad soft small">{search === '' ? t('log.none') : t('log.no_hit')}</p>
      ) : (
        <div
          class="log"
          role="log"
          aria-live="off"
          aria-labelledby="h-log"
          tabIndex={0}
          ref={box}
          onScroll={onScroll}
          data-from="host"
        >
          {seen.map((line) => (
            <p key={line.seq}>
              <span class="t">{timeOf(line.ts_ms)}</span>
              <span class={`lv ${codes[line.level].tone}`}>{codes[line.level].word}</span>
              <span class="g">{line.target}</span>
              <span class="m">{line.msg}</span>
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

export function Log() {
  const { lines, error, again } = useLog();
  return (
    <Section
      id="log"
      title={t('diag.tab.log')}
      note={t('log.note', { zone: zone() })}
      acts={
        <a class="btn sm" href={`${base}/logs/download`} download>
          <Icon name="download" small />
          {t('log.download')}
        </a>
      }
    >
      {lines === undefined && error ? (
        <Failed title={t('log.failed')} error={error} onRetry={again} />
      ) : lines === undefined ? (
        <Skeleton lines={6} />
      ) : lines.length === 0 ? (
        <Empty icon="info" title={t('log.none')} />
      ) : (
        <Viewer lines={lines} />
      )}
    </Section>
  );
}
