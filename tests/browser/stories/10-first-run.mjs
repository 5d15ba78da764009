import {ask} from '../src/http.mjs';
import {kPassword} from '../src/host.mjs';
import {story} from '../src/stories.mjs';
import {check, same} from '../src/wait.mjs';

story('first run: the code from the 0600 file, a password, and the console is open', async stage => {
  const host = await stage.host({claimed: false});
  // Nothing but the first run is there yet, not even for somebody who knows the addresses.
  for (const route of ['/status', '/devices', '/settings', '/logs', '/events'])
    check((await ask(`${host.url}/api/v1${route}`)).status >= 401, `${route} is served before the first run`);

  const page = await stage.page(host, {signed_in: false, open: '/devices'});
  await page.getByRole('heading', {name: 'Claim this host'}).waitFor();
  const code = page.getByLabel('Set-up code', {exact: true});
  await code.fill('AAAA-AAAA');
  await page.getByRole('button', {name: 'Continue'}).click();

  // A wrong code is told at the latest when the password is set.
  const password = page.getByLabel('Password', {exact: true});
  await password.or(page.getByRole('alert')).first().waitFor();
  if (await password.isVisible()) {
    await password.fill('long enough to be taken');
    await page.getByLabel('Again').fill('long enough to be taken');
    await page.getByRole('button', {name: 'Set the password'}).click();
  }
  await page.getByText('That set-up code is not right').first().waitFor();

  await page.goto('/setup');
  await code.fill(await host.setup_code());
  await page.getByRole('button', {name: 'Continue'}).click();
  await password.fill('too short');
  await page.getByLabel('Again').fill('too short');
  await page.getByRole('button', {name: 'Set the password'}).click();
  await page.getByText('At least 12 characters').first().waitFor();
  await password.fill(kPassword);
  await page.getByLabel('Again').fill(kPassword);
  await page.getByRole('button', {name: 'Set the password'}).click();

  await page.getByRole('heading', {name: 'What this machine can do'}).waitFor();
  await page.getByRole('button', {name: 'Continue'}).click();
  await page.getByRole('heading', {name: 'Pair your first device'}).waitFor();
  await page.getByRole('button', {name: 'Finish'}).or(page.getByRole('link', {name: 'Finish'})).click();
  await page.getByRole('heading', {name: 'Home', level: 1}).waitFor();

  // The code is used up, and the file is gone or useless.
  const again = await ask(`${host.url}/api/v1/setup`);
  same(JSON.parse(again.body).claimed, true, 'claimed');
});
