// Axes of the graphs.
import type { Series } from '../../components/graph';

export interface Scale {
  bottom: number;
  top: number;
}

const steps = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

// The smallest round number that is not less than `value`.
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = steps.find((candidate) => candidate * power >= value * (1 - 1e-9)) ?? 10;
  return step * power;
}

// From zero, for values whose distance from zero is the message.
export function fromZero(values: Series, least: number): Scale {
  const most = values.reduce<number>((max, value) => Math.max(max, value ?? 0), 0);
  return { bottom: 0, top: roundUp(Math.max(most, least)) };
}

// Around the values, for those whose changes are the message. `least`: how much at least is shown.
export function around(values: Series, least: number): Scale {
  const known = values.filter((value): value is number => value !== undefined);
  if (known.length === 0) return fromZero([], least);
  const low = Math.min(...known);
  const high = Math.max(...known);
  let half = roundUp(Math.max((high - low) / 2, least / 2));
  let bottom = Math.floor(low / half) * half;
  while (bottom + 2 * half < high) {
    half = roundUp(half * 1.01);
    bottom = Math.floor(low / half) * half;
  }
  return { bottom, top: bottom + 2 * half };
}
