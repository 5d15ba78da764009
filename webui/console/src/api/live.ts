// The one event stream of the page: connects, reconnects, and falls back to asking every few seconds.
import { createStore } from '../app/store';
import { ApiError, base, signedIn } from './client';
import { fits, SseParser } from './sse';
import type { HostEvent } from './types';

export type Link =
  | { state: 'connecting' }
  | { state: 'live' }
  // The stream broke and is being opened again; since: when it broke.
  | { state: 'reconnecting'; tries: number; since: number; nextAt?: number }
  // The host answers, but no stream comes through (a proxy, too many open).
  | { state: 'polling' };

export const linkStore = createStore<Link>({ state: 'connecting' });
export const pollEveryMs = 5000;
const silenceMs = 40_000; // two and a half pings
const retryMs = [500, 1000, 2000, 4000, 8000, 15_000];
const tryStreamAgainMs = 60_000;

// Sent to everybody; "stats" and "log" only to who asks for them.
const common = [
  'session.*',
  'display.*',
  'client.*',
  'pairing.*',
  'access.*',
  'apps.*',
  'library.*',
  'settings.*',
  'diagnostics.*',
  'host.*',
];

type Handler = (event: HostEvent) => void;
const handlers = new Set<{ pattern: string; handle: Handler }>();
const gapHandlers = new Set<() => void>();
const demands = new Map<string, number>();
let lastSeq = 0;
let running: AbortController | undefined;
let tries = 0;
let brokeAt = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

// Calls handle for each event whose kind fits ("session.*", "stats"). Returns how to stop.
export function onEvent(pattern: string, handle: Handler): () => void {
  const entry = { pattern, handle };
  handlers.add(entry);
  const wanted = !common.some((kind) => fits(pattern, kind) || kind === pattern);
  if (wanted) {
    demands.set(pattern, (demands.get(pattern) ?? 0) + 1);
    if (demands.get(pattern) === 1) reopen();
  }
  return () => {
    handlers.delete(entry);
    if (!wanted) return;
    const left = demands.get(pattern)! - 1;
    if (left) demands.set(pattern, left);
    else demands.delete(pattern);
    // Asking for less can wait for the next connection.
  };
}

// Called when events may have been missed, or none come: time to ask for everything again.
export function onGap(handle: () => void): () => void {
  gapHandlers.add(handle);
  return () => gapHandlers.delete(handle);
}

function gap(): void {
  for (const handle of [...gapHandlers]) handle();
}

function deliver(event: HostEvent): void {
  for (const { pattern, handle } of [...handlers]) if (fits(event.kind, pattern)) handle(event);
}

async function read(control: AbortController): Promise<void> {
  const kinds = [...common, ...demands.keys()].join(',');
  const since = lastSeq ? `&since=${lastSeq}` : '';
  const response = await fetch(`${base}/events?kinds=${encodeURIComponent(kinds)}${since}`, {
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { accept: 'text/event-stream' },
    signal: control.signal,
  });
  if (!response.ok || !response.body) {
    if (response.status === 401) signedIn.set('no');
    throw new ApiError(response.status, `http_${response.status}`, '');
  }
  const parser = new SseParser();
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let replayed = since !== '';
  let silence: ReturnType<typeof setTimeout> | undefined;
  const listen = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => control.abort(), silenceMs);
  };
  listen();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      listen();
      if (linkStore.get().state !== 'live') {
        const first = linkStore.get().state === 'connecting';
        tries = 0;
        linkStore.set({ state: 'live' });
        if (!first) gap();
      }
      for (const message of parser.push(decoder.decode(value, { stream: true }))) {
        if (message.event === 'dropped') {
          gap();
        } else if (message.event === 'live') {
          replayed = true;
        } else if (message.data) {
          const event = JSON.parse(message.data) as HostEvent;
          if (event.seq > lastSeq) lastSeq = event.seq;
          // What happened before the page was opened is in the answers that the page asked for.
          if (replayed) deliver(event);
        }
      }
    }
  } finally {
    clearTimeout(silence);
  }
}

async function hostAnswers(): Promise<boolean> {
  try {
    return (await fetch(`${base}/health`, { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

async function run(): Promise<void> {
  clearTimeout(timer);
  running?.abort();
  const control = new AbortController();
  running = control;
  try {
    await read(control);
  } catch {
    // Why it broke does not matter; what the host answers now does.
  }
  if (running !== control) return; // reopened on purpose
  running = undefined;
  if (signedIn.get() === 'no') return;
  if (linkStore.get().state === 'live') brokeAt = Date.now();
  brokeAt ||= Date.now();
  ++tries;
  const answers = await hostAnswers();
  if (running) return;
  if (answers && tries >= 3) {
    linkStore.set({ state: 'polling' });
    gap();
    schedule(tryStreamAgainMs);
    return;
  }
  const wait = retryMs[Math.min(tries - 1, retryMs.length - 1)]!;
  linkStore.set({ state: 'reconnecting', tries, since: brokeAt, nextAt: Date.now() + wait });
  schedule(wait);
}

function schedule(wait: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void run(), wait);
}

let reopening = false;
function reopen(): void {
  if (!running || reopening) return;
  reopening = true;
  // Several components ask within one drawing; one new connection serves them all.
  queueMicrotask(() => {
    reopening = false;
    void run();
  });
}

let started = false;
export function startLive(): void {
  if (started) return;
  started = true;
  setInterval(() => {
    if (linkStore.get().state === 'polling' && !document.hidden) gap();
  }, pollEveryMs);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && linkStore.get().state === 'reconnecting') void run();
  });
  window.addEventListener('online', () => void run());
  void run();
}

// From the button of the banner, and after signing in.
export function tryNow(): void {
  if (!started) startLive();
  else void run();
}
