// pack.mjs DIST OUT.cpp: the built files, compressed, as the C++ table behind webui/console_assets.hpp.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

const [dist, out] = process.argv.slice(2);
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function files(folder) {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? files(path) : [path];
    });
}

const quote = (text) => JSON.stringify(text);

function policy(html) {
  const inline = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    (found) => `'sha256-${createHash('sha256').update(found[1]).digest('base64')}'`,
  );
  if (inline.length !== 1) throw new Error(`one inline script expected, found ${inline.length}`);
  if (/<style|\sstyle=|\son[a-z]+=/.test(html)) throw new Error('the page has inline styles or handlers');
  return [
    "default-src 'none'",
    `script-src 'self' ${inline[0]}`,
    "style-src 'self'",
    "img-src 'self' blob:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

let total = 0;
let data = '';
let table = '';
files(dist).forEach((path, index) => {
  const type = types[extname(path)];
  if (!type) throw new Error(`no content type for ${path}`);
  const bytes = readFileSync(path);
  const gzip = gzipSync(bytes, { level: 9 });
  total += gzip.length;
  const address = `/${relative(dist, path)}`;
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
  const rows = [];
  for (let at = 0; at < gzip.length; at += 24) rows.push(`  ${[...gzip.subarray(at, at + 24)].join(',')},`);
  data += `constexpr std::uint8_t kFile${index}[] = {\n${rows.join('\n')}\n};\n`;
  table += `    {${quote(address)}, ${quote(type)}, ${quote(etag)}, kFile${index}, ${address.startsWith('/assets/')}},\n`;
});

const limit = 150_000;
if (total > limit) throw new Error(`the console is ${total} bytes compressed; ${limit} are allowed`);

const html = readFileSync(join(dist, 'index.html'), 'utf8');
mkdirSync(dirname(out), { recursive: true });
writeFileSync(
  `${out}.new`,
  `// Made by webui/console/build.
#include "webui/console_assets.hpp"

namespace pf::webui {
namespace {
${data}
constexpr Asset kAssets[] = {
${table}};
}  // namespace

std::span<const Asset> console_assets() { return kAssets; }
std::string_view console_csp() {
  return ${quote(policy(html))};
}

}  // namespace pf::webui
`,
);
renameSync(`${out}.new`, out);
console.error(`console: ${(total / 1000).toFixed(1)} kB compressed`);
