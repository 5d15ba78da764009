// What stories do on a page, in the words that a person reads there (the English catalogue).

import {kPassword} from './host.mjs';

/** Every address of the console after signing in. */
export const kPages = [
  '/', '/devices', '/applications', '/displays', '/host', '/diagnostics', '/diagnostics?tab=live',
  '/diagnostics?tab=log', '/diagnostics?tab=sessions', '/diagnostics?tab=audit', '/more',
];

/** Until the page shows what it is about: its heading is there, nothing is a grey shape any more. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector('main h1') !== null &&
    document.querySelector('main .sk') === null && document.querySelector('.conn') !== null);
  // Two frames, so that what came last is drawn.
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
}

export async function open(page, address) {
  await page.goto(address);
  await settled(page);
}

/** Answers the dialog that asks for the password once more. */
export async function confirm(page, password = kPassword) {
  const dialog = page.getByRole('dialog', {name: 'Your password, once more'});
  await dialog.getByLabel('Your console password').fill(password);
  await dialog.getByRole('button', {name: 'Continue'}).click();
}

/** The row of a paired device. */
export const device_row = (page, name) =>
  page.locator('#paired').getByRole('row').filter({hasText: name});

/** Opens the menu of a paired device and picks an entry. */
export async function pick(page, name, entry) {
  await page.getByRole('button', {name: `More for ${name}`}).click();
  await page.getByRole('menuitem', {name: entry}).click();
}

/** Opens the PIN window on the devices page and reads the digits off it. */
export async function show_pin(page) {
  await page.getByRole('button', {name: 'Show a PIN'}).click();
  await confirm(page);
  const pin = page.locator('.pin');
  await pin.waitFor();
  return (await pin.innerText()).replace(/\D/g, '');
}

/** Presses Tab until the focus is on something whose spoken name begins with `name`. */
export async function tab_to(page, name, limit = 80) {
  for (let i = 0; i < limit; ++i) {
    const spoken = await page.evaluate(() => {
      const on = document.activeElement;
      if (!on || on === document.body) return '';
      const label = on.labels?.[0]?.textContent;
      return (on.getAttribute('aria-label') ?? label ?? on.textContent ?? '').trim();
    });
    if (spoken.startsWith(name)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the Tab key does not lead to "${name}"`);
}

// Whatever is not the console's own text: the host's sentences, what people typed, names, figures, and what
// the browser makes of times.
const kForeign = '[data-from=host], code, .mono, .fp, .fp-block, bdi, time, .cmd, .brand b, .kv dd, noscript, script, style';

/** The console's own words on the page: text and spoken labels, without what is data. */
export function own_texts(page) {
  return page.evaluate(foreign => {
    const out = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
      if (!walker.currentNode.parentElement.closest(foreign)) out.push(walker.currentNode.data);
    for (const element of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
      if (element.closest(foreign)) continue;
      for (const name of ['aria-label', 'placeholder', 'title']) out.push(element.getAttribute(name) ?? '');
    }
    return out.map(text => text.trim()).filter(text => text !== '');
  }, kForeign);
}
