import fs from 'node:fs';
import path from 'node:path';

import {device_row, open, pick} from '../src/page.mjs';
import {story} from '../src/stories.mjs';
import {same, until, within} from '../src/wait.mjs';

story('revoking a device ends its stream, and the page shows it end', async stage => {
  const host = await stage.host();
  const device = await stage.paired(host, 'Steam Deck');
  const page = await stage.page(host, {open: '/devices'});
  const home = await stage.tab(page.context());
  const {program} = await device.stream();
  await device_row(page, 'Steam Deck').getByText('Streaming').waitFor();
  await home.getByRole('heading', {name: 'Steam Deck'}).waitFor();
  await pick(page, 'Steam Deck', 'Revoke…');
  await page.getByRole('button', {name: 'Revoke Steam Deck'}).click();
  const end = await within('the stream to end', program.done);
  same([end.code, JSON.parse(program.out).error.code], [4, 'access-expired'], 'how the client ended');
  await device_row(page, 'Steam Deck').waitFor({state: 'detached'});
  await home.getByRole('heading', {name: 'Steam Deck'}).waitFor({state: 'detached'});
});

story('a right taken away while streaming is gone at once', async stage => {
  const host = await stage.host();
  const device = await stage.paired(host, 'Kitchen tablet');
  // A pointer that moves for as long as the story may last.
  const script = path.join(device.state, 'moves');
  fs.writeFileSync(script, Array.from({length: 600}, (_, i) => `${i * 50} move 1 1\n`).join(''));
  const {program, session} = await device.stream(['--script', script]);
  const now = () => host.api('GET', `/sessions/${session.id}`);
  await until('input to be taken', async () => (await now()).input_events > 0);
  same((await now()).input_refused, 0, 'refused input while everything is allowed');

  const page = await stage.page(host, {open: '/devices'});
  await pick(page, 'Kitchen tablet', 'Access…');
  const dialog = page.getByRole('dialog', {name: 'Access of Kitchen tablet'});
  await dialog.getByText('View only').click();
  await dialog.getByRole('button', {name: 'Save access'}).click();
  await device_row(page, 'Kitchen tablet').getByText('View only').waitFor();
  await until('input to be refused', async () => (await now()).input_refused > 3);
  const before = (await now()).input_events;
  await until('more refusals', async () => (await now()).input_refused > 10);
  same((await now()).input_events, before, 'input taken after the change');
  same(program.child.exitCode, null, 'the stream itself goes on');
  await program.stop();
});

story('a stream is stopped from its tile, its figures were drawn, and it is kept in the history', async stage => {
  const host = await stage.host();
  const device = await stage.paired(host, 'Living Room TV');
  const {program} = await device.stream();
  const page = await stage.page(host);
  await open(page, '/diagnostics?tab=live');
  await page.getByRole('heading', {name: 'Frame rate'}).waitFor();
  await page.getByRole('button', {name: 'As a table'}).click();
  const rows = page.getByRole('region', {name: 'Figures of the last minute'}).locator('tbody tr');
  await until('two seconds of figures', async () => await rows.count() >= 2);

  await page.goto('/');
  await page.getByRole('button', {name: 'Stop the stream to Living Room TV'}).click();
  await page.getByRole('alertdialog').getByRole('button', {name: 'Stop the stream'}).click();
  await within('the client to be told', program.done);
  await open(page, '/diagnostics?tab=sessions');
  const row = page.locator('#sessions tbody tr').filter({hasText: 'Living Room TV'});
  await row.getByText('Stopped at the host.').waitFor();
  await host.restart();
  same((await host.api('GET', '/history')).sessions.map(s => s.device_name), ['Living Room TV'], 'history after a restart');
});
