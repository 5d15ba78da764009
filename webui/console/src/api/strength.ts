// How hard a password is to guess, in four words. The host decides what it takes; this only advises.

export type Strength = 'short' | 'weak' | 'fair' | 'good' | 'strong';
export const needed = 12;

export function strength(password: string): Strength {
  const length = [...password].length;
  if (length < needed) return 'short';
  const different = new Set(password.toLowerCase()).size;
  // "aaaaaaaaaaaa", "abababababab", "123456789012" and the like.
  const run =
    /(.{1,4})\1{3,}/i.test(password) ||
    /(?:0123|1234|2345|3456|4567|5678|6789|abcd|qwer|asdf){2,}/i.test(password);
  if (different < 6 || run) return 'weak';
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Lo}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) =>
    kind.test(password),
  ).length;
  const points = length + 2 * (kinds - 1) + (different - 8) / 2;
  if (points < 15) return 'fair';
  return points < 20 ? 'good' : 'strong';
}

export const bars: Readonly<Record<Strength, number>> = { short: 0, weak: 1, fair: 2, good: 3, strong: 4 };
