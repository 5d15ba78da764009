// The one browser of a run, and the signed-in contexts that stories use.

import {createRequire} from 'node:module';

import {kPassword} from './host.mjs';

// The console's locked packages serve its tests as well.
const console_packages = createRequire(new URL('../../../webui/console/package.json', import.meta.url));
const {chromium} = console_packages('playwright-core');
export const kAxe = console_packages.resolve('axe-core/axe.min.js');

export const kOtherName = 'den.example.org';
const kFlags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--force-color-profile=srgb',
  '--font-render-hinting=none', '--hide-scrollbars',
  // A name that leads here, for what depends on the name a browser asks for.
  `--host-resolver-rules=MAP ${kOtherName} 127.0.0.1`,
];

export function launch() {
  return chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: kFlags});
}

export const kSizes = {
  desktop: {width: 1280, height: 900},
  phone: {width: 390, height: 844},
  narrow: {width: 320, height: 640},
};

/** A fresh context (its own cookies). `options`: size (of kSizes), theme, locale. */
export async function context(browser, url, options = {}) {
  const size = options.size ?? 'desktop';
  return browser.newContext({
    baseURL: url,
    ignoreHTTPSErrors: true,
    viewport: kSizes[size],
    colorScheme: options.theme ?? 'dark',
    locale: options.locale ?? 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    hasTouch: size !== 'desktop',
    isMobile: size !== 'desktop',
    deviceScaleFactor: 1,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
}

/** Signs the context in without the page. */
export async function sign_in(browser_context, url, password = kPassword) {
  const answer = await browser_context.request.post('/api/v1/login', {
    data: {password}, headers: {Origin: url},
  });
  if (answer.status() !== 204) throw new Error(`signing in: ${answer.status()} ${await answer.text()}`);
}
