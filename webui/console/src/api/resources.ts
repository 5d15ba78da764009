// What several pages show.
import { createResource } from './resource';
import type {
  Checks,
  Device,
  Host,
  Knock,
  Me,
  NativePairing,
  Pairing,
  PastSession,
  Session,
  Setup,
  SignIn,
  Status,
  AuditEntry,
} from './types';

// Open to everybody: who this host is, and whether it has an operator.
export const setup = createResource<Setup>('/setup');
export const me = createResource<Me>('/me', ['host.started']);
export const status = createResource<Status>('/status', ['session.*', 'access.*', 'host.*', 'settings.*']);
export const host = createResource<Host>('/host', ['settings.changed', 'host.started']);
export const sessions = createResource<{ sessions: Session[] }>('/sessions', ['session.*', 'access.*']);
export const pairing = createResource<Pairing>('/pair', ['pairing.*']);
export const nativePairing = createResource<NativePairing>('/native/pair', ['pairing.*', 'settings.changed']);
export const knocks = createResource<{ pending: Knock[] }>('/native/pending', [
  'pairing.*',
  'client.*',
  'access.*',
]);
export const devices = createResource<{ devices: Device[] }>('/devices', [
  'pairing.completed',
  'access.*',
  'client.*',
  'session.*',
]);
export const diagnostics = createResource<Checks>('/diagnostics', ['diagnostics.changed']);
export const audit = createResource<{ entries: AuditEntry[]; next?: number }>('/audit?limit=20', [
  'pairing.*',
  'access.*',
  'settings.changed',
  'host.started',
]);
export const history = createResource<{ sessions: PastSession[] }>('/history?limit=20', ['session.ended']);
export const signIns = createResource<{ sign_ins: SignIn[] }>('/sign-ins');
