import {kPassword} from '../src/host.mjs';
import {device_row, settled, tab_to} from '../src/page.mjs';
import {story} from '../src/stories.mjs';
import {same, within} from '../src/wait.mjs';

story('by keyboard alone, from the set-up code to a device of each kind, one of them streaming', async stage => {
  const host = await stage.host({claimed: false});
  const page = await stage.page(host, {signed_in: false});
  const type = text => page.keyboard.type(text);
  const press = key => page.keyboard.press(key);
  const password_again = async () => {
    await page.getByRole('dialog', {name: 'Your password, once more'}).waitFor();
    await type(kPassword);
    await press('Enter');
  };

  // Each step begins with the focus where something is to be typed.
  await page.getByLabel('Set-up code', {exact: true}).and(page.locator(':focus')).waitFor();
  await type((await host.setup_code()).toLowerCase());
  await press('Enter');
  await page.getByLabel('Password', {exact: true}).and(page.locator(':focus')).waitFor();
  await type(kPassword);
  await tab_to(page, 'Again');
  await type(kPassword);
  await press('Enter');
  await page.getByRole('heading', {name: 'What this machine can do'}).waitFor();
  await tab_to(page, 'Continue');
  await press('Enter');
  await page.getByRole('heading', {name: 'Pair your first device'}).waitFor();

  await page.getByRole('button', {name: 'Show a PIN'}).waitFor();
  await tab_to(page, 'Show a PIN');
  await press('Enter');
  await password_again();
  await page.locator('.pin').waitFor();
  const pin = (await page.locator('.pin').innerText()).replace(/\D/g, '');
  const native = stage.native(host, 'Tablet');
  same((await native.pair(pin)).code, 0, 'how the native client ended');
  await page.getByText('Tablet is paired.').first().waitFor();

  const moonlight = stage.moonlight(host);
  const asked = moonlight.pair();
  await page.getByRole('heading', {name: 'Moonlight asks to pair'}).waitFor();
  await tab_to(page, 'PIN from the device');
  await type(moonlight.pin);
  await tab_to(page, 'Name in your list');
  await type('Living Room TV');
  await press('Enter');
  await password_again();
  same(await within('Moonlight to be paired', asked), true, 'what Moonlight says');
  await page.getByText('Living Room TV is paired.').first().waitFor();

  await tab_to(page, 'Finish');
  await press('Enter');
  await page.getByRole('heading', {name: 'Home', level: 1}).waitFor();
  await settled(page);
  const {program} = await native.stream();
  await page.getByRole('heading', {name: 'Tablet'}).waitFor();
  await press('g');
  await press('d');
  await device_row(page, 'Tablet').getByText('Streaming').waitFor();
  await device_row(page, 'Living Room TV').waitFor();
  await program.stop();
});
