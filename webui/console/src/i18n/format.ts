// Turning a catalogue's message into text: named values, plural forms, and marked-up parts.

export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
// A sentence, or one sentence per plural form of the value named "n".
export type Message = string | Plural;
export type Values = Readonly<Record<string, string | number>>;

// A piece of a formatted message: text, or a named part with pieces inside, as in "Press <b>Pair</b>".
export type Piece = string | { name: string; inside: Piece[] };

export function choose(message: Message, values: Values, locale: string): string {
  if (typeof message === 'string') return message;
  const n = values.n;
  if (typeof n !== 'number') return message.other;
  return message[new Intl.PluralRules(locale).select(n)] ?? message.other;
}

function fill(text: string, values: Values, locale: string): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value;
  });
}

export function format(message: Message, values: Values, locale: string): string {
  return fill(choose(message, values, locale), values, locale);
}

// The marks are read before the values are put in, so a value cannot add marks.
export function pieces(message: Message, values: Values, locale: string): Piece[] {
  const text = choose(message, values, locale);
  const stack: { name: string; inside: Piece[] }[] = [{ name: '', inside: [] }];
  let at = 0;
  for (const mark of text.matchAll(/<(\/?)([a-z]+)>/g)) {
    const top = stack[stack.length - 1]!;
    if (mark.index > at) top.inside.push(fill(text.slice(at, mark.index), values, locale));
    at = mark.index + mark[0].length;
    if (mark[1] === '') {
      stack.push({ name: mark[2]!, inside: [] });
    } else if (stack.length > 1) {
      stack.pop();
      stack[stack.length - 1]!.inside.push(top);
    }
  }
  const last = stack[stack.length - 1]!;
  if (at < text.length) last.inside.push(fill(text.slice(at), values, locale));
  return stack[0]!.inside;
}

const accents: Readonly<Record<string, string>> = {
  a: 'á',
  b: 'ƀ',
  c: 'ç',
  d: 'ð',
  e: 'é',
  f: 'ƒ',
  g: 'ĝ',
  h: 'ĥ',
  i: 'í',
  j: 'ĵ',
  k: 'ķ',
  l: 'ļ',
  m: 'ɱ',
  n: 'ñ',
  o: 'ó',
  p: 'þ',
  r: 'ŕ',
  s: 'š',
  t: 'ţ',
  u: 'ú',
  v: 'ṽ',
  w: 'ŵ',
  x: 'ẋ',
  y: 'ý',
  z: 'ž',
};

function pseudoText(text: string): string {
  // Values and marks stay as they are; the rest gets accents, and 60 % more room is asked for.
  const out = text
    .split(/(\{\w+\}|<\/?[a-z]+>)/)
    .map((part, i) => (i % 2 ? part : part.replace(/[a-z]/g, (letter) => accents[letter] ?? letter)))
    .join('');
  const words = Math.ceil((text.length * 0.6) / 6);
  return `[${out}${' ŵíðéŕ'.repeat(words)}]`;
}

// The pseudo-locale: shows what is not in a catalogue and what has no room to grow.
export function pseudo(catalogue: Readonly<Record<string, Message>>): Record<string, Message> {
  return Object.fromEntries(
    Object.entries(catalogue).map(([key, message]) => [
      key,
      typeof message === 'string'
        ? pseudoText(message)
        : (Object.fromEntries(
            Object.entries(message).map(([form, text]) => [form, pseudoText(text)]),
          ) as Plural),
    ]),
  );
}
