// A command between the field, where a person writes it, and the list of words that the host starts.

// Splits as a shell would for plain words: spaces part them, quotes and backslashes keep them together.
// Nothing when a quote is left open.
export function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < text.length; ++i) {
    const letter = text[i]!;
    const next = text[i + 1];
    if (quote === "'") {
      if (letter === "'") quote = '';
      else word += letter;
    } else if (letter === '\\' && next !== undefined && (quote === '' || next === '"' || next === '\\')) {
      word = (word ?? '') + next;
      ++i;
    } else if (quote === '"') {
      if (letter === '"') quote = '';
      else word += letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + letter;
    }
  }
  if (quote !== '') return undefined;
  if (word !== undefined) words.push(word);
  return words;
}

const plain = /^[\w@%+=:,./~-]+$/;

// The other way round: what splitWords turns into these words again.
export function joinWords(words: readonly string[]): string {
  return words
    .map((word) => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

// "NAME=value" lines between the field and the map. Nothing when a line has no name.
export function splitVariables(text: string): Record<string, string> | undefined {
  const out: Record<string, string> = {};
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const at = line.indexOf('=');
    if (at < 1) return undefined;
    out[line.slice(0, at).trim()] = line.slice(at + 1);
  }
  return out;
}

export function joinVariables(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}
