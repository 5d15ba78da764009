// What a device may do and until when (trust-and-console.md 2.2), as the dialogs edit it.
import type { Device, DeviceChange, Level } from './types';

export const grantBits = {
  gamepad: 0x01,
  clipboard: 0x08,
  pointer: 0x02,
  microphone: 0x10,
  keyboard: 0x04,
  launch: 0x20,
  power: 0x40,
} as const;
export type Grant = keyof typeof grantBits;
export const grantNames = Object.keys(grantBits) as Grant[];

const manageGames = 0x80;
export const allGrants = 0xff;
const shown = grantNames.reduce((sum, name) => sum | grantBits[name], 0);

export function levelOf(grants: number): Level {
  if (grants === allGrants) return 'full';
  if (grants === grantBits.gamepad) return 'controller';
  return grants === 0 ? 'view' : 'custom';
}

export const presetGrants: Readonly<Record<Exclude<Level, 'custom'>, number>> = {
  full: allGrants,
  controller: grantBits.gamepad,
  view: 0,
};

// One switch turned. Managing games has no switch of its own: it comes with everything else and needs the
// right to start applications.
export function withGrant(grants: number, name: Grant, on: boolean): number {
  const next = on ? grants | grantBits[name] : grants & ~grantBits[name];
  if ((next & shown) === shown) return allGrants;
  return next & grantBits.launch ? next : next & ~manageGames;
}

// When access ends. keep: as it is now; at: seconds from now.
export type End =
  { kind: 'keep' } | { kind: 'never' } | { kind: 'disconnect' } | { kind: 'in'; seconds: number };

export interface Choice {
  grants: number;
  end: End;
}

export const hour = 3600;

// The fields for arming a PIN or approving. Nothing is said for full and unlimited access, the default.
export function grantFields(choice: Choice): DeviceChange {
  const limited = choice.end.kind === 'disconnect' || choice.end.kind === 'in';
  if (choice.grants === allGrants && !limited) return {};
  return {
    grants: choice.grants,
    ...(choice.end.kind === 'in' ? { expires_in_secs: choice.end.seconds } : {}),
    ...(choice.end.kind === 'disconnect' ? { until_disconnect: true } : {}),
  };
}

// The fields that turn a device's access into the choice; empty when nothing differs.
export function changeFields(device: Device, choice: Choice): DeviceChange {
  const change: DeviceChange = {};
  if (choice.grants !== device.grants) change.grants = choice.grants;
  switch (choice.end.kind) {
    case 'keep':
      break;
    case 'never':
      if (device.expires_unix !== undefined) change.clear_expiry = true;
      if (device.until_disconnect) change.until_disconnect = false;
      break;
    case 'disconnect':
      if (device.expires_unix !== undefined) change.clear_expiry = true;
      if (!device.until_disconnect) change.until_disconnect = true;
      break;
    case 'in':
      change.expires_in_secs = choice.end.seconds;
      if (device.until_disconnect) change.until_disconnect = false;
  }
  return change;
}

// Whether the change gives the device more than it has, so that the host asks for the password.
export function widens(device: Device, change: DeviceChange, now: number): boolean {
  if (change.grants !== undefined && (change.grants & ~device.grants) !== 0) return true;
  if (device.disabled && change.disabled === false) return true;
  if (device.until_disconnect && change.until_disconnect === false) return true;
  if (device.expires_unix === undefined) return false;
  if (change.clear_expiry) return true;
  return change.expires_in_secs !== undefined && now + change.expires_in_secs > device.expires_unix;
}

export interface Difference {
  given: Grant[];
  taken: Grant[];
}

export function difference(before: number, after: number): Difference {
  const has = (grants: number, name: Grant): boolean => (grants & grantBits[name]) !== 0;
  return {
    given: grantNames.filter((name) => has(after, name) && !has(before, name)),
    taken: grantNames.filter((name) => has(before, name) && !has(after, name)),
  };
}

// Groups of four hex digits; the first four and the last two are compared by eye.
export function shortFingerprint(hex: string): { head: string; middle: string; tail: string } {
  const groups = hex.match(/.{1,4}/g) ?? [];
  return {
    head: groups.slice(0, 2).join(' '),
    middle: groups.slice(2, 4).join(' '),
    tail: groups.slice(-2).join(' '),
  };
}
