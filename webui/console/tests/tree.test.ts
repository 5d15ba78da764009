// Rules about the files themselves.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = process.env.PF_CONSOLE_SOURCE!;

function files(folder: string): { path: string; text: string }[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory()
      ? files(path)
      : [{ path: path.slice(root.length + 1), text: readFileSync(path, 'utf8') }];
  });
}
const sources = files(join(root, 'src'));

test('the lock file names no registry', () => {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  assert.doesNotMatch(lock, /"resolved"/);
  const packages = Object.entries(
    (JSON.parse(lock) as { packages: Record<string, { integrity?: string }> }).packages,
  );
  for (const [name, entry] of packages) assert.ok(name === '' || entry.integrity, name);
});

test('colours are in the tokens only', () => {
  for (const { path, text } of sources) {
    // Cover art is a picture, with colours of its own.
    if (!/\.(css|tsx)$/.test(path) || /tokens\.css$|cover\.tsx$/.test(path)) continue;
    assert.doesNotMatch(text, /#[0-9a-f]{3,8}\b(?!\})|\brgba?\(|\bhsl\(/i, path);
  }
});

test('the page directions are logical', () => {
  for (const { path, text } of sources) {
    if (!path.endsWith('.css')) continue;
    assert.doesNotMatch(text, /(?:margin|padding|border)-(?:left|right)|(?:^|[\s;{])(?:left|right):/m, path);
  }
});

test('no inline styles, no markup from text, nothing from elsewhere', () => {
  for (const { path, text } of sources) {
    if (!/\.tsx?$/.test(path)) continue;
    assert.doesNotMatch(text, /dangerouslySetInnerHTML|innerHTML|\sstyle=|\beval\(|new Function/, path);
    assert.doesNotMatch(text, /https?:\/\/(?!127\.0\.0\.1)/, path);
  }
});
