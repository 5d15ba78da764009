import fs from 'node:fs';

import {kAxe} from '../src/browser.mjs';
import {kPages, open, settled} from '../src/page.mjs';
import {story} from '../src/stories.mjs';
import {same} from '../src/wait.mjs';

const axe = fs.readFileSync(kAxe, 'utf8');

/** What axe-core finds on the page as it is, one line per finding. */
async function findings(page) {
  // Evaluated by the browser, not put into the page: its policy forbids scripts that are not its own.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const {violations} = await globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.flatMap(({id, nodes}) => nodes.map(({target, failureSummary}) =>
      `${id} at ${target.join(' ')}: ${failureSummary.split('\n').slice(1).join(' ').trim()}`));
  });
}

/** A host with something of everything: a device of each kind, one that streams, one that waits. */
async function lived_in(stage) {
  const host = await stage.host();
  const deck = await stage.paired(host, 'Steam Deck');
  await stage.paired(host, 'Guest phone', {preset: 'controller', expires_in_secs: 3600});
  await host.api('POST', '/apps', {title: 'SuperTuxKart', command: ['/usr/games/supertuxkart']});
  await deck.stream();
  await stage.native(host, 'Pixel 9').request_access();
  return host;
}

for (const theme of ['dark', 'light']) {
  story(`axe-core finds nothing on any page, ${theme}`, async stage => {
    const host = await lived_in(stage);
    const found = [];
    for (const size of ['desktop', 'phone']) {
      const page = await stage.page(host, {theme, size, open: null});
      for (const address of kPages) {
        await open(page, address);
        for (const line of await findings(page)) found.push(`${address} ${size}: ${line}`);
      }
    }
    const page = await stage.page(host, {theme, open: null});
    const {devices} = await host.api('GET', '/devices');
    const {pending} = await host.api('GET', '/native/pending');
    const dialogs = [
      `/devices?access=${devices[0].id}`, `/devices?revoke=${devices[0].id}`, `/devices?approve=${pending[0]?.id}`,
      '/applications?add=1', '/applications?import=1', '/more?token=new', '/host?certificate=use',
    ];
    for (const address of dialogs) {
      await open(page, address);
      await page.locator('dialog[open]').waitFor();
      for (const line of await findings(page)) found.push(`${address}: ${line}`);
    }
    const stranger = await stage.page(host, {theme, signed_in: false, open: '/login'});
    await stranger.getByLabel('Password', {exact: true}).waitFor();
    for (const line of await findings(stranger)) found.push(`/login: ${line}`);
    const fresh = await stage.host({claimed: false});
    const first = await stage.page(fresh, {theme, signed_in: false, open: '/'});
    await first.getByLabel('Set-up code', {exact: true}).waitFor();
    for (const line of await findings(first)) found.push(`/setup: ${line}`);
    same(found, [], 'findings');
  });
}

story('nothing scrolls sideways at 320 pixels, in English, German and text that is 60 % longer', async stage => {
  const host = await lived_in(stage);
  const wide = [];
  for (const language of ['en', 'de', 'en-XA']) {
    const page = await stage.page(host, {size: 'narrow', open: null});
    await page.addInitScript(id => localStorage.setItem('pf-language', id), language);
    for (const address of [...kPages, '/applications?add=1', '/applications?import=1', '/more?token=new', '/host?certificate=use']) {
      await open(page, address);
      const over = await page.evaluate(() => {
        const root = document.documentElement;
        if (root.scrollWidth <= root.clientWidth) return null;
        // Whatever sticks out, for the message.
        const out = [...document.querySelectorAll('body *')].filter(element => {
          const box = element.getBoundingClientRect();
          return box.right > root.clientWidth + 1 && !element.closest('.scroll, .tabs');
        });
        return `${root.scrollWidth} px, ${out.slice(-2).map(element => element.className || element.tagName).join(', ')}`;
      });
      if (over) wide.push(`${address} ${language}: ${over}`);
    }
  }
  same(wide, [], 'pages that scroll sideways');
});

story('every page has one heading, one main landmark, and the skip link leads there', async stage => {
  const host = await lived_in(stage);
  const page = await stage.page(host, {open: null});
  for (const address of kPages) {
    await open(page, address);
    same(await page.locator('h1').count(), 1, `headings of ${address}`);
    same(await page.locator('main').count(), 1, `landmarks of ${address}`);
    const title = await page.title();
    const heading = await page.locator('h1').innerText();
    same(title.startsWith(heading) && title.includes('atlas'), true, `"${title}" names "${heading}" and the host`);
  }
  await open(page, '/host');
  await page.keyboard.press('Tab');
  same(await page.evaluate(() => document.activeElement.className), 'skip', 'what the first Tab reaches');
  await page.keyboard.press('Enter');
  same(await page.evaluate(() => document.activeElement.id), 'main', 'where the skip link leads');
  // Going to another page puts the focus there as well.
  await page.getByRole('link', {name: 'Displays'}).first().click();
  await settled(page);
  same(await page.evaluate(() => document.activeElement.id), 'main', 'the focus after a change of page');
});
