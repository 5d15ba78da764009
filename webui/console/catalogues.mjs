// A plugin of the build: the catalogues of all languages have the same keys, so that the keys are kept once
// and each language is the list of its messages in their order.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const keysModule = 'virtual:catalogue-keys';

async function messagesOf(folder, language) {
  const { outputFiles } = await build({
    entryPoints: [join(folder, language, 'index.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
  });
  const module = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
  return module[language];
}

export function catalogues(folder) {
  const languages = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  let keys;
  const keysOf = () => (keys ??= messagesOf(folder, 'en').then((messages) => Object.keys(messages)));
  return {
    name: 'catalogues',
    apply: 'build',
    enforce: 'pre',
    resolveId: (id) => (id === keysModule ? `\0${keysModule}` : undefined),
    async load(id) {
      if (id === `\0${keysModule}`) {
        const list = JSON.stringify((await keysOf()).join(' '));
        return `const keys = ${list}.split(' ');
export const named = (messages) => Object.fromEntries(messages.map((message, i) => [keys[i], message]));`;
      }
      const language = languages.find((name) => id === join(folder, name, 'index.ts'));
      if (!language) return undefined;
      const messages = await messagesOf(folder, language);
      const known = await keysOf();
      const missing = known.filter((key) => !(key in messages));
      if (missing.length || Object.keys(messages).length !== known.length)
        throw new Error(`the catalogue "${language}" has not the keys of the English one: ${missing.join(' ')}`);
      return `import { named } from '${keysModule}';
export const ${language} = named(${JSON.stringify(known.map((key) => messages[key]))});`;
    },
  };
}
