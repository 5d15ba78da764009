import tls from 'node:tls';

import {kOtherName} from '../src/browser.mjs';
import {server_certificate} from '../src/certificate.mjs';
import {kPassword} from '../src/host.mjs';
import {ask} from '../src/http.mjs';
import {confirm, device_row, open, pick} from '../src/page.mjs';
import {story} from '../src/stories.mjs';
import {check, same, until} from '../src/wait.mjs';

story('a token is made, shown once, does what its scope allows, and is removed', async stage => {
  const host = await stage.host();
  const page = await stage.page(host);
  await open(page, '/more');
  await page.getByRole('button', {name: 'Add a token…'}).click();
  const dialog = page.getByRole('dialog', {name: 'Add a token'});
  await dialog.getByRole('button', {name: 'Make the token'}).click();
  await dialog.getByText('It needs a name').waitFor();
  await dialog.getByLabel('What it is for').fill('Grafana');
  await dialog.getByText('30 days').click();
  await dialog.getByRole('button', {name: 'Make the token'}).click();
  await confirm(page);
  const shown = page.getByRole('dialog', {name: 'The token Grafana'});
  const secret = (await shown.locator('.cmd > span').innerText()).trim();
  await shown.getByRole('button', {name: 'Copy the token'}).click();
  same(await page.evaluate(() => navigator.clipboard.readText()), secret, 'what was copied');
  await shown.getByRole('button', {name: 'Done'}).click();

  const row = page.locator('#tokens').getByRole('listitem').filter({hasText: 'Grafana'});
  await row.getByText('Read', {exact: true}).waitFor();
  check(!(await page.content()).includes(secret), 'the secret is still on the page');
  const use = (method, route, body) => ask(`${host.url}/api/v1${route}`, {
    method, body, headers: {Authorization: `Bearer ${secret}`, ...(body ? {'Content-Type': 'application/json'} : {})},
  });
  same((await use('GET', '/status')).status, 200, 'reading with it');
  same((await use('POST', '/apps', '{"title":"x","command":["/bin/true"]}')).status, 403, 'changing something with it');
  const [{expires_unix, created_unix}] = (await host.api('GET', '/tokens')).tokens;
  same(expires_unix - created_unix, 30 * 86_400, 'how long it lives');

  await row.getByRole('button', {name: 'Remove Grafana'}).click();
  await page.getByRole('alertdialog').getByRole('button', {name: 'Remove Grafana'}).click();
  await page.getByText('The token Grafana is gone.').waitFor();
  await page.getByText('No program has a token.').waitFor();
  same((await use('GET', '/status')).status, 401, 'reading with it afterwards');
});

story('a new password: the old one and the other browser are out', async stage => {
  const host = await stage.host();
  const other = await stage.page(host, {open: '/devices'});
  await other.getByRole('heading', {name: 'Devices', level: 1}).waitFor();
  const page = await stage.page(host);
  await open(page, '/more');
  const form = page.locator('#password');
  const change = form.getByRole('button', {name: 'Change the password'});
  await form.getByLabel('Password now').fill('not the password');
  await form.getByLabel('New password').fill('a lantern by the river');
  await change.click();
  await form.getByText('That password is not right.').waitFor();
  await form.getByLabel('New password').fill('too short');
  same(await change.getAttribute('aria-disabled'), 'true', 'the button while the new one is too short');
  await form.getByLabel('Password now').fill(kPassword);
  await form.getByLabel('New password').fill('a lantern by the river');
  await change.click();
  await page.getByText('The password is changed.').waitFor();
  await other.getByText('Your sign-in has ended').waitFor();
  const sign_in = password => page.request.post('/api/v1/login', {data: {password}, headers: {Origin: host.url}});
  same((await sign_in(kPassword)).status(), 401, 'the old password');
  same((await sign_in('a lantern by the river')).status(), 204, 'the new password');
});

/** The fingerprint of the certificate that a browser gets at this address. */
function shown_at(address, servername) {
  const {hostname, port} = new URL(address);
  return new Promise((resolve, reject) => {
    const name = servername === undefined ? {} : {servername};
    const socket = tls.connect({host: hostname, port: Number(port), ...name, rejectUnauthorized: false}, () => {
      resolve(socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase());
      socket.end();
    });
    socket.on('error', reject);
  });
}

story('an own certificate is shown by its name, survives a restart, and goes again', async stage => {
  const host = await stage.host();
  const own = server_certificate([kOtherName]);
  const other = server_certificate([kOtherName]);
  const first = await shown_at(host.url);
  const page = await stage.page(host);
  await open(page, '/host');
  same((await page.locator('.fp-block').first().innerText()).replace(/\s/g, ''), first, 'the fingerprint on the page');
  await page.getByRole('button', {name: 'Use your own certificate…'}).click();
  const dialog = page.getByRole('dialog', {name: 'Use your own certificate'});
  const use = dialog.getByRole('button', {name: 'Use this certificate'});
  await use.click();
  await dialog.getByText('Paste the text, or take it from a file.').first().waitFor();
  await dialog.getByLabel('Certificate', {exact: true}).fill('not a certificate');
  await dialog.getByLabel('Private key', {exact: true}).fill(own.key);
  await use.click();
  await confirm(page);
  await dialog.getByRole('alert').waitFor();
  // A key of another certificate.
  await dialog.getByLabel('Certificate: Take it from a file')
    .setInputFiles({name: 'den.pem', mimeType: 'application/x-pem-file', buffer: Buffer.from(other.cert)});
  await until('the file to be read', async () =>
    (await dialog.getByLabel('Certificate', {exact: true}).inputValue()).includes('BEGIN CERTIFICATE'));
  await use.click();
  await confirm(page);
  await dialog.getByRole('alert').waitFor();
  same((await host.api('GET', '/tls')).own, false, 'after what cannot be used');

  await dialog.getByLabel('Certificate', {exact: true}).fill(own.cert);
  await use.click();
  await confirm(page);
  await page.getByText(`Browsers see your certificate from now on: ${kOtherName}.`).waitFor();
  await page.getByText(`Your own for ${kOtherName}`).waitFor();
  same([await shown_at(host.url, kOtherName), await shown_at(host.url)], [own.fingerprint, first], 'by name, by address');
  check(!(await page.content()).includes('PRIVATE KEY'), 'the key is still on the page');

  // The console works under its name, with its cookie and its origin.
  const named = await stage.page(host, {url: `https://${kOtherName}:${host.port}`, signed_in: false});
  await named.getByLabel('Password', {exact: true}).fill(kPassword);
  await named.getByRole('button', {name: 'Sign in', exact: true}).click();
  await named.getByRole('heading', {name: 'Home', level: 1}).waitFor();
  await host.restart();
  same(await shown_at(host.url, kOtherName), own.fingerprint, 'after a restart');

  await page.getByRole('button', {name: 'Remove your certificate…'}).click();
  await page.getByRole('alertdialog').getByRole('button', {name: 'Remove the certificate'}).click();
  await confirm(page);
  await page.getByText('Browsers see the host’s own certificate again.').waitFor();
  same(await shown_at(host.url, kOtherName), first, 'by name, after it is gone');
});

story('two tabs: a device that changed elsewhere is told, and the second try is about the new one', async stage => {
  const host = await stage.host();
  await stage.paired(host, 'Laptop');
  const page = await stage.page(host);
  await open(page, '/devices');
  await pick(page, 'Laptop', 'Rename…');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Mine');
  // The page hears of the change, but cannot fetch it.
  await page.route('**/api/v1/devices', route => route.abort());
  const missed = page.waitForEvent('requestfailed', request => request.url().endsWith('/api/v1/devices'));
  const [device] = (await host.api('GET', '/devices')).devices;
  await host.api('PATCH', `/devices/${device.id}`, {name: 'Theirs'});
  await missed;
  await page.unroute('**/api/v1/devices');
  await page.keyboard.press('Enter');
  const names = async () => (await host.api('GET', '/devices')).devices.map(d => d.name);
  await dialog.getByText('Not saved: it was changed elsewhere a moment ago.').waitFor();
  same(await names(), ['Theirs'], 'before the second try');
  await device_row(page, 'Theirs').waitFor();
  await page.keyboard.press('Enter');
  await device_row(page, 'Mine').waitFor();
  same(await names(), ['Mine'], 'after it');
});
