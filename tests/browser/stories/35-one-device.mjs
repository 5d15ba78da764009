import {confirm, device_row, open, pick} from '../src/page.mjs';
import {story} from '../src/stories.mjs';
import {same, within} from '../src/wait.mjs';

/** One thing that paired with both protocols: two rows, {native, moonlight} by the numbers of the host. */
async function paired_twice(stage, host, page) {
  await stage.paired(host, 'Deck');
  const client = stage.moonlight(host);
  const done = client.pair();
  await page.getByRole('heading', {name: 'Moonlight asks to pair'}).waitFor();
  await page.getByLabel('PIN from the device').fill(client.pin);
  await page.getByLabel('Name in your list').fill('Deck in Moonlight');
  await page.getByRole('button', {name: 'Pair', exact: true}).click();
  await confirm(page);
  same(await within('Moonlight to be paired', done), true, 'what Moonlight says');
  await device_row(page, 'Deck in Moonlight').waitFor();
}

story('two entries of one thing are merged, share their rights, and are split again', async stage => {
  const host = await stage.host();
  const page = await stage.page(host);
  await open(page, '/devices');
  await paired_twice(stage, host, page);

  await page.getByRole('button', {name: 'More for Deck', exact: true}).click();
  await page.getByRole('menuitem', {name: 'Merge with another…'}).click();
  const merge = page.getByRole('dialog', {name: 'Merge Deck with another entry'});
  await merge.getByLabel('The other entry').selectOption({label: 'Deck in Moonlight (Moonlight)'});
  await merge.getByRole('button', {name: 'Merge', exact: true}).click();
  await confirm(page);
  await page.getByText('Merged into Deck.').waitFor();
  await device_row(page, 'Deck in Moonlight').waitFor({state: 'detached'});
  await device_row(page, 'Deck').getByText('Native and Moonlight').waitFor();
  const [one, ...others] = (await host.api('GET', '/devices')).devices;
  same([one.credentials.map(c => c.plane).sort(), others.length], [['gamestream', 'native'], 0], 'the merged entry');

  // What is taken from the one entry is taken from both protocols.
  await pick(page, 'Deck', 'Access…');
  const access = page.getByRole('dialog', {name: 'Access of Deck'});
  await access.getByText('View only').click();
  await access.getByRole('button', {name: 'Save access'}).click();
  await device_row(page, 'Deck').getByText('View only').waitFor();

  await pick(page, 'Deck', 'Split in two…');
  const split = page.getByRole('dialog', {name: 'Split Deck in two'});
  await split.getByText(/^Moonlight, paired/).click();
  await split.getByRole('button', {name: 'Split', exact: true}).click();
  await page.getByText('now has an entry of its own.').waitFor();
  const two = (await host.api('GET', '/devices')).devices;
  same(two.map(d => [d.grants, d.credentials.length]), [[0, 1], [0, 1]], 'rights and certificates after the split');
  same(two.flatMap(d => d.credentials.map(c => c.plane)).sort(), ['gamestream', 'native'], 'protocols after the split');
});
