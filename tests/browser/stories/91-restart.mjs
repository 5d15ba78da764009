import {open} from '../src/page.mjs';
import {story} from '../src/stories.mjs';
import {same, until} from '../src/wait.mjs';

story('a change that needs a restart: the host restarts once nothing streams, and the page comes back', async stage => {
  const host = await stage.host({args: ['--session-grace-s', '0']});
  await host.restart();  // from here on its port is fixed
  const laptop = await stage.paired(host, 'Laptop');
  const stream = await laptop.stream();
  await host.api('PATCH', '/settings', {max_streams: 7});
  const page = await stage.page(host, {open: '/host'});
  await page.getByText('1 change waits for a restart of the host.').waitFor();
  await page.getByRole('button', {name: 'Restart when idle'}).click();
  const waiting = page.getByText('The host restarts once nothing streams any more.');
  await waiting.waitFor();
  await page.getByRole('button', {name: 'Do not restart'}).click();
  await waiting.waitFor({state: 'detached'});
  await page.getByRole('button', {name: 'Restart when idle'}).click();
  await waiting.waitFor();
  const before = (await host.api('GET', '/status')).uptime_s;
  same((await host.api('GET', '/sessions')).sessions.length, 1, 'streams while it waits');
  await stream.program.stop();
  await until('the host to run again', async () => {
    try {
      const {settings} = await host.api('GET', '/settings');
      return settings.find(one => one.id === 'max_streams').value === 7 && settings.every(one => !one.restart_pending);
    } catch {
      return false;  // it is on its way
    }
  }, 60_000);
  same((await host.api('GET', '/status')).uptime_s <= before + 60, true, 'a new start');
  // The same process, the same sign-in.
  await page.getByText('1 change waits for a restart of the host.').waitFor({state: 'detached', timeout: 60_000});
  await open(page, '/diagnostics?tab=audit');
  await page.getByText('Host restarted').first().waitFor();
});

story('sleep is offered only where it is possible; elsewhere the page says why not', async stage => {
  const host = await stage.host({env: {DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nowhere/bus'}});
  const page = await stage.page(host, {open: '/host'});
  await page.getByText('There is no system message bus here').waitFor();
  same(await page.getByRole('button', {name: 'Sleep…'}).count(), 0, 'buttons for sleep');
  await page.getByRole('button', {name: 'Restart and switch off'}).click();
  same(await page.getByRole('menuitem').allInnerTexts(), ['Restart the host…'], 'what is possible');
});

story('an application is hidden from clients and shown again, without the password', async stage => {
  const host = await stage.host();
  await host.api('POST', '/apps', {title: 'Chess', command: ['/usr/bin/sleep', '60']});
  const page = await stage.page(host, {open: '/applications'});
  const dialog = page.getByRole('dialog', {name: 'Edit Chess'});
  const put = async shown => {
    await page.locator('.cover').filter({hasText: 'Chess'}).click();
    await dialog.getByRole('switch', {name: 'Show it to clients'}).setChecked(shown);
    await dialog.getByRole('button', {name: 'Save'}).click();
    await dialog.waitFor({state: 'detached'});
    same((await host.api('GET', '/apps')).apps.find(app => app.title === 'Chess').hidden, !shown, 'hidden');
  };
  await put(false);
  await page.getByRole('link', {name: 'Hidden 1'}).click();
  await page.locator('.cover').filter({hasText: 'Chess'}).getByText('Hidden').waitFor();
  same(await page.locator('.cover').filter({hasText: 'Desktop'}).count(), 0, 'what is not hidden');
  await put(true);
  await page.getByText('No application has this in its name').waitFor();
});
