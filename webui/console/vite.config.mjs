// The build of the console. PF_CONSOLE_OUT: where the result goes; PF_CONSOLE_HOST and
// PF_CONSOLE_TOKEN_FILE: for `npm run dev`, the running host to talk to and its token file.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { catalogues } from './catalogues.mjs';

const host = process.env.PF_CONSOLE_HOST ?? 'https://127.0.0.1:47990';
const tokenFile = process.env.PF_CONSOLE_TOKEN_FILE;
const token = tokenFile ? readFileSync(tokenFile, 'utf8').trim().replace(/^.*=/, '') : '';

export default defineConfig({
  base: '/',
  plugins: [catalogues(fileURLToPath(new URL('src/i18n', import.meta.url)))],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    outDir: process.env.PF_CONSOLE_OUT ?? '../../build/console/dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy allows no data: addresses
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/api': {
        target: host,
        secure: false,
        changeOrigin: true,
        headers: token ? { authorization: `Bearer ${token}` } : {},
        configure(proxy) {
          // The host takes requests of browsers from its own pages only; here the page is this server's.
          proxy.on('proxyReq', (request) => {
            request.removeHeader('origin');
            request.removeHeader('sec-fetch-site');
          });
        },
      },
    },
  },
});
