// Something the host knows, kept fresh while a component shows it.
import { useEffect, useReducer } from 'preact/hooks';
import { type ApiError, request } from './client';
import { asApiError } from './errors';
import { onEvent, onGap } from './live';

export interface Snapshot<T> {
  data?: T;
  // The version for If-Match.
  etag?: string;
  // The last attempt failed; data is then what came before it.
  error?: ApiError;
  // When data came, by this machine's clock in ms.
  at?: number;
  loading: boolean;
}

export interface Resource<T> {
  get(): Snapshot<T>;
  // Asks again; resolves when the answer is in. Never rejects: errors are in the snapshot.
  reload(): Promise<void>;
  // Puts in what an answer to a change already told.
  put(data: T): void;
  watch(listener: () => void): () => void;
}

// on: event kinds ("pairing.*") after which the data is asked for again.
export function createResource<T>(path: string, on: readonly string[] = []): Resource<T> {
  let snapshot: Snapshot<T> = { loading: false };
  const listeners = new Set<() => void>();
  let stops: (() => void)[] = [];
  let asking: Promise<void> | undefined;
  let again = false;

  const set = (next: Snapshot<T>): void => {
    snapshot = next;
    for (const listener of [...listeners]) listener();
  };

  async function ask(): Promise<void> {
    set({ ...snapshot, loading: true });
    try {
      const { data, etag } = await request<T>('GET', path);
      set({ data, ...(etag ? { etag } : {}), at: Date.now(), loading: false });
    } catch (error) {
      set({ ...snapshot, error: asApiError(error), loading: false });
    }
  }

  function reload(): Promise<void> {
    if (asking) {
      // What is on its way may be older than the reason for asking.
      again = true;
      return asking;
    }
    asking = (async () => {
      do {
        again = false;
        await ask();
      } while (again && listeners.size);
    })().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  return {
    get: () => snapshot,
    reload,
    put(data) {
      set({ ...snapshot, data, at: Date.now() });
    },
    watch(listener) {
      listeners.add(listener);
      if (listeners.size === 1) {
        stops = [onGap(() => void reload()), ...on.map((kind) => onEvent(kind, () => void reload()))];
        void reload();
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size) return;
        for (const stop of stops) stop();
        stops = [];
      };
    },
  };
}

export function useResource<T>(resource: Resource<T>): Snapshot<T> {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => resource.watch(() => redraw(undefined)), [resource]);
  return resource.get();
}

const byPath = new Map<string, Resource<unknown>>();
// The same resource for the same path, for what has a number in its path.
export function resourceAt<T>(path: string, on: readonly string[] = []): Resource<T> {
  let found = byPath.get(path);
  if (!found) {
    found = createResource<unknown>(path, on);
    byPath.set(path, found);
  }
  return found as Resource<T>;
}
