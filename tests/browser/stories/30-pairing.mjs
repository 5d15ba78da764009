import {confirm, device_row, open, pick, show_pin, tab_to} from '../src/page.mjs';
import {kPassword} from '../src/host.mjs';
import {story} from '../src/stories.mjs';
import {check, same, within} from '../src/wait.mjs';

story('pairing a native client with the PIN that the page shows', async stage => {
  const host = await stage.host();
  const page = await stage.page(host, {open: '/devices'});
  const device = stage.native(host, 'Steam Deck');
  const pin = await show_pin(page);
  same(pin.length, 4, 'digits of the PIN');
  const {code, out} = await device.pair(pin);
  same(code, 0, `how the client ended: ${out}`);
  await device_row(page, 'Steam Deck').waitFor();
  await page.getByText('Steam Deck is paired.').first().waitFor();
  same((await host.api('GET', '/devices')).devices.length, 1, 'paired devices');
});

story('a wrong PIN uses the window up, and the page says so', async stage => {
  const host = await stage.host();
  const page = await stage.page(host, {open: '/devices'});
  const stranger = stage.native(host, 'Stranger');
  const right = await show_pin(page);
  const wrong = String((Number(right) + 1) % 10_000).padStart(4, '0');
  check((await stranger.pair(wrong)).code !== 0, 'a wrong PIN paired');
  await page.getByText('The PIN was used up').waitFor();
  check((await stranger.pair(right)).code !== 0, 'a used PIN paired');
  same((await host.api('GET', '/devices')).devices, [], 'paired devices');
});

story('the PIN is not told twice: after a reload it is only "armed elsewhere"', async stage => {
  const host = await stage.host();
  const page = await stage.page(host, {open: '/devices'});
  await show_pin(page);
  await page.reload();
  await page.getByText('Armed elsewhere').waitFor();
  same(await page.locator('.pin').count(), 0, 'PINs on the page');
  await page.getByRole('button', {name: 'Disarm'}).click();
  await page.getByText('Armed elsewhere').waitFor({state: 'detached'});
});

story('pairing Moonlight with the PIN that the client shows', async stage => {
  const host = await stage.host();
  const page = await stage.page(host, {open: '/devices'});
  const client = stage.moonlight(host);
  const paired = client.pair();
  await page.getByRole('heading', {name: 'Moonlight asks to pair'}).waitFor();
  await page.getByLabel('PIN from the device').fill(client.pin);
  await page.getByLabel('Name in your list').fill('Living Room TV');
  await page.getByRole('button', {name: 'Pair', exact: true}).click();
  await confirm(page);
  same(await within('Moonlight to be paired', paired), true, 'what Moonlight says');
  await device_row(page, 'Living Room TV').waitFor();

  // The card of the first one must have gone, or the PIN would be typed into it.
  await page.getByRole('heading', {name: 'Moonlight asks to pair'}).waitFor({state: 'hidden'});
  const second = stage.moonlight(host);
  const refused = second.pair();
  await page.getByRole('heading', {name: 'Moonlight asks to pair'}).waitFor();
  await page.getByLabel('PIN from the device').fill(second.pin === '1234' ? '4321' : '1234');
  await page.getByRole('button', {name: 'Pair', exact: true}).click();
  await confirm(page);
  same(await within('Moonlight to give up', refused), 'the PIN did not match', 'what Moonlight says');
  same((await host.api('GET', '/devices')).devices.length, 1, 'paired devices');
});

story('by keyboard alone: to the devices, a PIN, a pairing, and the device revoked again', async stage => {
  const host = await stage.host();
  const page = await stage.page(host);
  await page.getByRole('heading', {name: 'Home', level: 1}).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await page.getByRole('heading', {name: 'Devices', level: 1}).waitFor();
  await page.getByRole('button', {name: 'Show a PIN'}).waitFor();
  await tab_to(page, 'Show a PIN');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', {name: 'Your password, once more'}).waitFor();
  await page.keyboard.type(kPassword);
  await page.keyboard.press('Enter');
  await page.locator('.pin').waitFor();
  const pin = (await page.locator('.pin').innerText()).replace(/\D/g, '');
  same((await stage.native(host, 'Tablet').pair(pin)).code, 0, 'how the client ended');
  await device_row(page, 'Tablet').waitFor();

  await tab_to(page, 'More for Tablet');
  await page.keyboard.press('Enter');
  await page.getByRole('menu').waitFor();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('alertdialog');
  await dialog.waitFor();
  same(await page.evaluate(() => document.activeElement.textContent), 'Keep', 'where the focus is first');
  await tab_to(page, 'Revoke Tablet');
  await page.keyboard.press('Enter');
  await dialog.waitFor({state: 'detached'});
  await device_row(page, 'Tablet').waitFor({state: 'detached'});
  same((await host.api('GET', '/devices')).devices, [], 'paired devices');
});

story('a device is renamed, disabled and enabled again', async stage => {
  const host = await stage.host();
  await stage.paired(host, 'Laptop');
  const page = await stage.page(host);
  await open(page, '/devices');
  await pick(page, 'Laptop', 'Rename…');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Office laptop');
  await page.keyboard.press('Enter');
  await device_row(page, 'Office laptop').waitFor();
  await pick(page, 'Office laptop', 'Disable');
  await device_row(page, 'Office laptop').getByText('Disabled').waitFor();
  same((await host.api('GET', '/devices')).devices[0].disabled, true, 'disabled');
  await pick(page, 'Office laptop', 'Enable');
  await confirm(page);
  await device_row(page, 'Office laptop').getByText('Disabled').waitFor({state: 'detached'});
});
