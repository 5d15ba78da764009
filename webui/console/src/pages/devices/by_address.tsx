// Where a client that does not find the host by itself reaches it.
import type { Host, Plane } from '../../api/types';
import { T } from '../../components/text';

// What clients try when no port is typed.
const usual: Readonly<Record<Plane, number>> = { gamestream: 47989, native: 9777 };
const thisMachine = /^(localhost|127\..*|\[::1\])$/;

// The address under which this page reached the host is known to work; on the machine itself it says nothing.
export function addressOf(host: Host | undefined, plane: Plane): string | undefined {
  if (!host) return undefined;
  const first = host.addresses[0];
  const own = first?.includes(':') ? `[${first}]` : first;
  const name = thisMachine.test(location.hostname) ? own : location.hostname;
  const port = plane === 'native' ? host.ports.native : host.ports.http;
  if (!name || !port) return undefined;
  return port === usual[plane] ? name : `${name}:${port}`;
}

export function ByAddress({ address }: { address: string | undefined }) {
  return address ? <T k="pair.by_address" values={{ address }} /> : null;
}
