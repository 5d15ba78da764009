// Sentences of the catalogue with marked parts, and times.
import type { ComponentChildren, VNode } from 'preact';
import { type Key, tPieces } from '../i18n';
import type { Piece, Values } from '../i18n/format';
import { exactTime, relativeTime } from '../i18n/units';
import { hostNow } from '../api/client';
import { useTick } from './hooks';

type Parts = Readonly<Record<string, (inside: ComponentChildren) => VNode>>;

const usual: Parts = {
  b: (inside) => <b>{inside}</b>,
  code: (inside) => <code>{inside}</code>,
  kbd: (inside) => <kbd>{inside}</kbd>,
  small: (inside) => <small>{inside}</small>,
  soft: (inside) => <span class="soft">{inside}</span>,
};

function draw(pieces: readonly Piece[], parts: Parts): ComponentChildren {
  return pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    const inside = draw(piece.inside, parts);
    const part = parts[piece.name] ?? usual[piece.name];
    return part ? part(inside) : inside;
  });
}

// <T k="pair.step1" values={{ host }} /> for a sentence with <b>…</b> and the like in it; parts tells how
// marks of its own are drawn.
export function T({ k, values, parts = {} }: { k: Key; values?: Values; parts?: Parts }) {
  return <>{draw(tPieces(k, values), parts)}</>;
}

// When something was, as the host's clock tells; the exact time on hover and focus.
export function When({ unix, prefix }: { unix: number; prefix?: string }) {
  useTick(unix > hostNow() - 3600 ? 10 : 60);
  return (
    <time dateTime={new Date(unix * 1000).toISOString()} title={exactTime(unix)} tabIndex={0}>
      {prefix}
      {relativeTime(unix, hostNow())}
    </time>
  );
}
