// The last minute of each stream: asked for once, then kept by the "stats" events.
import { useEffect, useReducer } from 'preact/hooks';
import { minute } from './by_second';
import { get } from './client';
import { onEvent, onGap } from './live';
import type { Sample } from './types';

const kept = new Map<number, Sample[]>();
const watchers = new Set<() => void>();
let stops: (() => void)[] = [];

function tell(): void {
  for (const watcher of [...watchers]) watcher();
}

function add(id: number, samples: readonly Sample[]): void {
  const all = [...(kept.get(id) ?? []), ...samples].sort((a, b) => a.t_ms - b.t_ms);
  const unique = all.filter((sample, i) => i === 0 || sample.t_ms !== all[i - 1]!.t_ms);
  kept.set(id, unique.slice(-minute));
}

async function fill(id: number): Promise<void> {
  try {
    const { samples } = await get<{ samples: Sample[] }>(`/sessions/${id}/live`);
    kept.delete(id);
    add(id, samples);
    tell();
  } catch {
    // The next second brings its own sample; a stream that is gone has none.
  }
}

function start(): void {
  stops = [
    onEvent('stats', (event) => {
      for (const { id, ...sample } of (event.sessions as ({ id: number } & Sample)[] | undefined) ?? []) {
        add(id, [sample]);
      }
      tell();
    }),
    // Without events the minute is asked for as a whole.
    onGap(() => {
      for (const id of kept.keys()) void fill(id);
    }),
    onEvent('session.ended', (event) => {
      if (typeof event.id === 'number') kept.delete(event.id);
    }),
  ];
}

// The samples of one session, oldest first, at most 60.
export function useSamples(id: number): readonly Sample[] {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const watcher = (): void => redraw(undefined);
    watchers.add(watcher);
    if (watchers.size === 1) start();
    void fill(id);
    return () => {
      watchers.delete(watcher);
      if (watchers.size) return;
      for (const stop of stops) stop();
      stops = [];
      kept.clear();
    };
  }, [id]);
  return kept.get(id) ?? [];
}
