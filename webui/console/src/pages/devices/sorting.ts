// Which devices the list shows and in which order.
import type { Device } from '../../api/types';
import { t } from '../../i18n';
import { list } from '../../i18n/units';

export const sortNames = ['device', 'client', 'access', 'ends', 'seen'] as const;
export type SortBy = (typeof sortNames)[number];

// "Native 0.47 + Moonlight": the protocols of its certificates, with the version of the last client.
export function clientText(device: Device): string {
  const planes = [...new Set(device.credentials.map((one) => one.plane))].sort().reverse();
  const names = planes.map((plane) => t(`plane.${plane}`));
  if (planes.length === 1 && device.client_version) return `${names[0]} ${device.client_version}`;
  return list(names, 'conjunction');
}

export function fits(device: Device, query: URLSearchParams): boolean {
  if (query.get('now') === '1' && device.session_id === undefined) return false;
  const kind = query.get('kind');
  if (kind) {
    const plane = kind === 'moonlight' ? 'gamestream' : 'native';
    if (!device.credentials.some((one) => one.plane === plane)) return false;
  }
  if (query.get('expires') === '1' && device.expires_unix === undefined && !device.until_disconnect)
    return false;
  if (query.get('off') === '1' && !device.disabled) return false;
  const words = (query.get('q') ?? '').toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const text = [
    device.name,
    device.last_address,
    device.client_kind,
    clientText(device),
    ...device.credentials.map((one) => one.fingerprint),
  ]
    .join(' ')
    .toLocaleLowerCase();
  return words.every((word) => text.includes(word) || text.includes(word.replaceAll(':', '')));
}

const levels = ['view', 'controller', 'custom', 'full'];

export function sortDevices(all: readonly Device[], by: SortBy, down: boolean): Device[] {
  const name = (a: Device, b: Device): number => a.name.localeCompare(b.name, undefined, { numeric: true });
  const orders: Record<SortBy, (a: Device, b: Device) => number> = {
    device: name,
    client: (a, b) => clientText(a).localeCompare(clientText(b)),
    access: (a, b) => levels.indexOf(a.access_level) - levels.indexOf(b.access_level),
    ends: (a, b) => (a.expires_unix ?? Infinity) - (b.expires_unix ?? Infinity) || 0,
    // What streams now was seen last.
    seen: (a, b) =>
      (a.session_id === undefined ? (a.last_seen_unix ?? 0) : Infinity) -
        (b.session_id === undefined ? (b.last_seen_unix ?? 0) : Infinity) || 0,
  };
  return [...all].sort((a, b) => (down ? -1 : 1) * orders[by](a, b) || name(a, b));
}
