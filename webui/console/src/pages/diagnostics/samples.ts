// The last minute of one stream's figures: asked for once, then kept fresh by the "stats" event, or asked
// for again where no event comes through.
import { useEffect, useState } from 'preact/hooks';
import { get } from '../../api/client';
import { asApiError } from '../../api/errors';
import { onEvent, onGap } from '../../api/live';
import type { ApiError } from '../../api/client';
import type { Sample } from '../../api/types';

export const windowSeconds = 60;

// Adds newer samples; drops what has left the window. Samples that are known already change nothing.
export function merge(known: readonly Sample[], more: readonly Sample[]): Sample[] {
  const last = known[known.length - 1]?.t_ms ?? -Infinity;
  const all = [...known, ...more.filter((sample) => sample.t_ms > last)];
  const newest = all[all.length - 1]?.t_ms ?? 0;
  return all.filter((sample) => sample.t_ms > newest - windowSeconds * 1000);
}

interface StatsEvent {
  sessions?: ({ id: number } & Sample)[];
}

export interface Samples {
  samples?: Sample[];
  error?: ApiError;
}

export function useSamples(session: number | undefined): Samples {
  const [state, setState] = useState<Samples>({});
  useEffect(() => {
    setState({});
    if (session === undefined) return undefined;
    const control = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const { samples } = await get<{ samples: Sample[] }>(`/sessions/${session}/live`, control.signal);
        setState((old) => ({ samples: merge(old.samples ?? [], samples) }));
      } catch (error) {
        if (!control.signal.aborted) setState((old) => ({ ...old, error: asApiError(error) }));
      }
    };
    void ask();
    const stops = [
      onGap(() => void ask()),
      onEvent('stats', (event) => {
        const own = (event as unknown as StatsEvent).sessions?.find((row) => row.id === session);
        if (own) setState((old) => (old.samples ? { samples: merge(old.samples, [own]) } : old));
      }),
    ];
    return () => {
      control.abort();
      for (const stop of stops) stop();
    };
  }, [session]);
  return state;
}
