import {device_row, open} from '../src/page.mjs';
import {story} from '../src/stories.mjs';
import {same} from '../src/wait.mjs';

const mark = page => page.locator('.side .conn');

story('the link to the host breaks and comes back: the page says so and catches up', async stage => {
  const host = await stage.host();
  const proxy = await stage.proxy(host);
  const page = await stage.page(host, {url: proxy.url, open: '/devices'});
  await mark(page).getByText('Live').waitFor();
  await page.getByRole('button', {name: 'Show a PIN'}).waitFor();
  proxy.cut();
  await mark(page).getByText('Reconnecting').waitFor();
  await page.getByText('No answer from the host since').first().waitFor({timeout: 15_000});
  // What would change something is switched off meanwhile.
  same(await page.getByRole('button', {name: 'Show a PIN'}).getAttribute('aria-disabled'), 'true', 'the button');
  await stage.paired(host, 'Came meanwhile');
  proxy.mend();
  await page.getByRole('button', {name: 'Try now'}).click();
  await mark(page).getByText('Live').waitFor({timeout: 20_000});
  await device_row(page, 'Came meanwhile').waitFor();
  await page.getByText('No answer from the host since').waitFor({state: 'detached'});
});

story('a restart of the host is survived: the page comes back by itself', async stage => {
  const host = await stage.host();
  const page = await stage.page(host, {open: '/diagnostics?tab=log'});
  await mark(page).getByText('Live').waitFor();
  await host.restart();
  await mark(page).getByText('Live').waitFor({timeout: 30_000});
  await page.getByRole('log').waitFor();
});

story('the log grows by itself, can be held, searched and saved without secrets', async stage => {
  const host = await stage.host();
  const page = await stage.page(host);
  await open(page, '/diagnostics?tab=log');
  await page.getByRole('button', {name: 'Debug', exact: true}).click();
  const log = page.getByRole('log');
  await log.locator('p').first().waitFor();
  await page.getByRole('button', {name: 'Pause'}).click();
  await stage.paired(host, 'Log writer');
  await page.getByRole('button', {name: /Paused, \d+ new/}).click();
  await log.getByText('Log writer').first().waitFor();
  await page.getByLabel('Search the log').fill('log writer');
  await page.waitForFunction(() => [...document.querySelectorAll('.log p')].every(p => /log writer/i.test(p.textContent)));

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', {name: 'Download, redacted'}).click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  // This machine's own address stays: it says nothing about anybody.
  same([text.length > 0, text.includes(host.token), text.includes('Log writer')], [true, false, false], 'a file without token and names');
});
