// The catalogues are whole: every language has every key, every plural form its language needs and the same
// values and marks as the English one; every key is used, and every key that is used exists.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { de } from '../src/i18n/de';
import { en } from '../src/i18n/en';
import { es } from '../src/i18n/es';
import { type Message, format, pieces, pseudo } from '../src/i18n/format';
import { fr } from '../src/i18n/fr';
import { ja } from '../src/i18n/ja';

const catalogues: Record<string, Record<string, Message>> = { en, de, fr, es, ja };

const texts = (message: Message): string[] =>
  typeof message === 'string' ? [message] : Object.values(message);
const marks = (text: string): string =>
  [...text.matchAll(/\{\w+\}|<\w+>/g)]
    .map((m) => m[0])
    .sort()
    .join(' ');

for (const [language, catalogue] of Object.entries(catalogues)) {
  test(`${language}: the same keys as English`, () => {
    assert.deepEqual(Object.keys(catalogue).sort(), Object.keys(en).sort());
  });
  test(`${language}: the plural forms of its language, and no others`, () => {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const [key, message] of Object.entries(catalogue)) {
      if (typeof message === 'string') continue;
      for (const form of Object.keys(message))
        assert.ok((needed as string[]).includes(form), `${key}: ${form}`);
      // "many" of French and Spanish is for millions; "other" serves there.
      for (const form of needed) assert.ok(form === 'many' || form in message, `${key}: ${form} is missing`);
    }
  });
  test(`${language}: the values and marks of the English text`, () => {
    for (const [key, message] of Object.entries(catalogue)) {
      const wanted = new Set(texts((en as Record<string, Message>)[key]!).map(marks));
      for (const text of texts(message)) {
        // A form for exactly one may leave the number out.
        const fits =
          wanted.has(marks(text)) ||
          (typeof message !== 'string' && wanted.has([marks(text), '{n}'].join(' ').trim()));
        assert.ok(fits, `${language} ${key}: "${marks(text)}" is not among "${[...wanted].join('", "')}"`);
      }
    }
  });
  test(`${language}: nothing empty, no space at an end`, () => {
    for (const [key, message] of Object.entries(catalogue)) {
      for (const text of texts(message)) assert.ok(text !== '' && text === text.trim(), key);
    }
  });
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'i18n' ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

test('every key is used', () => {
  const root = join(process.env.PF_CONSOLE_SOURCE!, 'src');
  const code = [...sources(root), readFileSync(join(root, 'i18n/units.ts'), 'utf8')].join('\n');
  const literal = new Set([...code.matchAll(/['"`]([a-z][\w]*(?:\.[\w]+)+)['"`]/g)].map((m) => m[1]!));
  // `check.${id}.title` uses every key that begins with "check.".
  const prefixes = [...code.matchAll(/`([a-z][\w.]*\.)\$\{/g)].map((m) => m[1]!);
  const unused = Object.keys(en).filter(
    (key) => !literal.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)),
  );
  assert.deepEqual(unused, []);
});

test('values, plural forms and numbers of the language', () => {
  assert.equal(format('{name} waits', { name: 'Ada' }, 'en'), 'Ada waits');
  assert.equal(format({ one: '{n} try', other: '{n} tries' }, { n: 1 }, 'en'), '1 try');
  assert.equal(format({ one: '{n} try', other: '{n} tries' }, { n: 1234 }, 'en'), '1,234 tries');
  assert.equal(format({ one: '{n} essai', other: '{n} essais' }, { n: 0 }, 'fr'), '0 essai');
  assert.equal(format('{n} 回', { n: 3 }, 'ja'), '3 回');
  assert.equal(format('{missing} stays', {}, 'en'), '{missing} stays');
});

test('marks become parts, and a value cannot add marks', () => {
  assert.deepEqual(pieces('Press <b>{what}</b> now', { what: '<b>x</b>' }, 'en'), [
    'Press ',
    { name: 'b', inside: ['<b>x</b>'] },
    ' now',
  ]);
});

test('the pseudo-locale keeps values and marks', () => {
  const out = pseudo({ a: 'Press <b>{what}</b>' }).a as string;
  assert.match(out, /<b>\{what\}<\/b>/);
  assert.ok(out.length > 'Press <b>{what}</b>'.length * 1.4);
});
