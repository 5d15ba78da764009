// Requests to the management API, and what can go wrong with them.
import { createStore } from '../app/store';

export const base = '/api/v1';

export class ApiError extends Error {
  constructor(
    // 0: no answer at all.
    readonly status: number,
    readonly code: string,
    // The host's own sentence; empty when there was no answer.
    readonly sentence: string,
    readonly body: Readonly<Record<string, unknown>> = {},
    readonly retryAfter?: number,
  ) {
    super(sentence || code);
  }
  number(name: string): number | undefined {
    const value = this.body[name];
    return typeof value === 'number' ? value : undefined;
  }
}

// Whether this browser is signed in, as far as the last answers told: unknown until the first one.
export type SignedIn = 'unknown' | 'yes' | 'no' | 'unclaimed';
export const signedIn = createStore<SignedIn>('unknown');

// The host's clock minus this machine's, from the Date of its answers. Ages and ends are counted by it, so
// a wrong clock on the phone does not matter.
let clockOffset = 0;
export const hostNow = (): number => Date.now() / 1000 + clockOffset;

export interface Answer<T> {
  data: T;
  etag?: string;
}

export interface Options {
  body?: unknown;
  // Only if the thing still has this version; 412 otherwise.
  ifMatch?: string;
  signal?: AbortSignal;
}

async function failure(response: Response): Promise<ApiError> {
  let body: Record<string, unknown> = {};
  try {
    body = (await response.json()) as Record<string, unknown>;
  } catch {
    // Not from the API itself; the status has to do.
  }
  const wait = Number(response.headers.get('retry-after') ?? body.wait_s);
  return new ApiError(
    response.status,
    typeof body.code === 'string' ? body.code : `http_${response.status}`,
    typeof body.error === 'string' ? body.error : '',
    body,
    Number.isFinite(wait) && wait > 0 ? wait : undefined,
  );
}

export async function request<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = {};
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  if (options.ifMatch) headers['if-match'] = options.ifMatch;
  let response: Response;
  try {
    response = await fetch(base + path, {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      ...(options.body !== undefined ? { body: JSON.stringify(options.body) } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, 'no_answer', '');
  }
  const date = Date.parse(response.headers.get('date') ?? '');
  // The header has whole seconds; on average half of one has passed since.
  if (!Number.isNaN(date)) clockOffset = (date + 500 - Date.now()) / 1000;
  if (!response.ok) {
    const error = await failure(response);
    if (error.code === 'not_claimed') signedIn.set('unclaimed');
    else if (error.status === 401 && error.code !== 'bad_password' && signedIn.get() !== 'unclaimed') {
      signedIn.set('no');
    }
    throw error;
  }
  const data = response.status === 204 ? undefined : await response.json();
  const etag = response.headers.get('etag');
  return { data: data as T, ...(etag ? { etag } : {}) };
}

export const get = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
  (await request<T>('GET', path, signal ? { signal } : {})).data;
export const post = async <T = void>(path: string, body?: unknown): Promise<T> =>
  (await request<T>('POST', path, { body })).data;
export const put = async <T = void>(path: string, body?: unknown): Promise<T> =>
  (await request<T>('PUT', path, { body })).data;
export const patch = async <T = void>(path: string, body: unknown, ifMatch?: string): Promise<T> =>
  (await request<T>('PATCH', path, { body, ...(ifMatch ? { ifMatch } : {}) })).data;
export const remove = async (path: string, ifMatch?: string): Promise<void> => {
  await request('DELETE', path, ifMatch ? { ifMatch } : {});
};
