// Samples on a time axis of one minute.
import type { Sample } from './types';

export const minute = 60;

// One place per second of the last minute, the newest last; seconds without a sample are undefined.
export function bySecond<T>(
  samples: readonly Sample[],
  pick: (sample: Sample) => T | undefined,
): (T | undefined)[] {
  const places = new Array<T | undefined>(minute).fill(undefined);
  let at = minute - 1;
  for (let i = samples.length - 1; i >= 0 && at >= 0; --i) {
    places[at] = pick(samples[i]!);
    // Samples come a little early or late; only a whole second more is a gap.
    const apart = i > 0 ? samples[i]!.t_ms - samples[i - 1]!.t_ms : 0;
    at -= apart < 1900 ? 1 : Math.round(apart / 1000);
  }
  return places;
}
