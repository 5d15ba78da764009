import {confirm, device_row} from '../src/page.mjs';
import {story} from '../src/stories.mjs';
import {check, same, within} from '../src/wait.mjs';

const waiting = (page, name) => page.locator('#waiting').getByRole('listitem').filter({hasText: name});

story('a device that knocks is approved, another one denied', async stage => {
  const host = await stage.host();
  const page = await stage.page(host, {open: '/devices'});
  const friend = await stage.native(host, 'Pixel 9').request_access();
  const row = waiting(page, 'Pixel 9');
  await row.waitFor();
  await page.getByRole('link', {name: /Devices.*1 waiting/}).waitFor();
  await row.getByRole('button', {name: 'Approve…'}).click();
  const dialog = page.getByRole('dialog', {name: 'Approve Pixel 9'});
  // The whole fingerprint is there to be compared before the click.
  const {pending} = await host.api('GET', '/native/pending');
  same((await dialog.locator('.fp-block').innerText()).replace(/\s/g, ''), pending[0].fingerprint, 'the fingerprint');
  await dialog.getByRole('button', {name: 'Approve Pixel 9'}).click();
  await confirm(page);
  same((await within('the approved client', friend.done)).code, 0, 'how the approved client ended');
  await device_row(page, 'Pixel 9').waitFor();
  await row.waitFor({state: 'detached'});

  const stranger = await stage.native(host, 'Stranger').request_access();
  await waiting(page, 'Stranger').getByRole('button', {name: 'Deny'}).click();
  const end = await within('the denied client', stranger.done);
  same(end.code, 4, 'how the denied client ended');
  check(/denied/.test(stranger.out + stranger.err), 'the denied client is told the reason');
  await waiting(page, 'Stranger').waitFor({state: 'detached'});
  same((await host.api('GET', '/devices')).devices.map(d => d.name), ['Pixel 9'], 'paired devices');
});

story('a guest is let in for four hours with gamepads only, and the page shows its access end', async stage => {
  const host = await stage.host();
  const page = await stage.page(host, {open: '/devices'});
  const guest = stage.native(host, 'Visitor');
  const knock = await guest.request_access();
  await waiting(page, 'Visitor').getByRole('button', {name: 'As a guest, 4 h'}).click();
  await confirm(page);
  same((await within('the guest', knock.done)).code, 0, 'how the guest ended');
  await device_row(page, 'Visitor').getByText('Controller').waitFor();
  const [device] = (await host.api('GET', '/devices')).devices;
  const hours = (device.expires_unix - Date.now() / 1000) / 3600;
  same([device.grants, hours > 3.9 && hours <= 4.01], [1, true], 'rights and hours');

  const {program} = await guest.stream();
  await device_row(page, 'Visitor').getByText('Streaming').waitFor();
  await host.api('PATCH', `/devices/${device.id}`, {expires_in_secs: 1});
  const end = await within('the stream of the guest', program.done);
  same(end.code, 4, 'how the client ended');
  await device_row(page, 'Visitor').getByText('Expired').first().waitFor();
});
