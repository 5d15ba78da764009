// Requests that widen access or run commands ask for the console password again. The request goes out
// without it first, because other ways in (a token, a proxy that signs in) may not need it.
import { createStore } from '../app/store';
import { ApiError, type Answer, request } from './client';

export interface PasswordQuestion {
  // What the password is needed for, one sentence.
  why: string;
  // What went wrong with the last try.
  error?: ApiError;
  answer(password: string | undefined): void;
}

// The question that is open now; the shell draws its dialog.
export const passwordQuestion = createStore<PasswordQuestion | undefined>(undefined);

// The person closed the dialog: nothing was done, nothing needs to be said.
export class Cancelled extends Error {}

function ask(why: string, error?: ApiError): Promise<string | undefined> {
  return new Promise((resolve) => {
    passwordQuestion.set({ why, ...(error ? { error } : {}), answer: resolve });
  });
}

export const isPasswordProblem = (error: unknown): error is ApiError =>
  error instanceof ApiError &&
  (error.code === 'password_required' || error.code === 'bad_password' || error.code === 'locked');

// Sends a request that may need the password; asks until it is right or the person gives up.
export async function gated<T>(
  method: string,
  path: string,
  body: Readonly<Record<string, unknown>>,
  why: string,
  ifMatch?: string,
): Promise<Answer<T>> {
  const options = ifMatch ? { ifMatch } : {};
  let password: string | undefined;
  try {
    for (;;) {
      try {
        return await request<T>(method, path, {
          body: password === undefined ? body : { ...body, password },
          ...options,
        });
      } catch (error) {
        if (!isPasswordProblem(error)) throw error;
        password = await ask(why, error.code === 'password_required' ? undefined : error);
        if (password === undefined) throw new Cancelled();
      }
    }
  } finally {
    passwordQuestion.set(undefined);
  }
}
