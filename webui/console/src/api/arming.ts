// The PIN of native clients as this page knows it. The host tells it once, in the answer that opened the
// window; a reload forgets it.
import { createStore } from '../app/store';
import { t } from '../i18n';
import { type Choice, grantFields } from './access';
import { remove } from './client';
import { gated } from './password';
import { nativePairing } from './resources';
import type { NativeArmed } from './types';

export interface Armed {
  answer: NativeArmed;
  // By this machine's clock, ms.
  at: number;
}

export const armedHere = createStore<Armed | undefined>(undefined);
// What the next device gets; kept while the page is open.
export const nextAccess = createStore<Choice>({ grants: 0xff, end: { kind: 'never' } });

export async function arm(choice: Choice, fingerprint?: string): Promise<void> {
  const { data } = await gated<NativeArmed>(
    'POST',
    '/native/pair/arm',
    { ...grantFields(choice), ...(fingerprint ? { fingerprint } : {}) },
    t('pair.why'),
  );
  armedHere.set({ answer: data, at: Date.now() });
  void nativePairing.reload();
}

export async function disarm(): Promise<void> {
  await remove('/native/pair');
  armedHere.set(undefined);
  void nativePairing.reload();
}
