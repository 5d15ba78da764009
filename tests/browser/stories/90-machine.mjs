import {confirm, open} from '../src/page.mjs';
import {picture} from '../src/covers.mjs';
import {story} from '../src/stories.mjs';
import {same, until} from '../src/wait.mjs';

const setting = (page, id) => page.locator(`[data-setting=${id}]`);

story('an application is added with commands and a cover, changed and removed', async stage => {
  const host = await stage.host();
  const page = await stage.page(host);
  await open(page, '/applications');
  await page.getByRole('button', {name: 'Add', exact: true}).click();
  const dialog = page.getByRole('dialog', {name: 'Add an application'});
  await dialog.getByRole('button', {name: 'Save'}).click();
  await dialog.getByText('It needs a name').waitFor();
  await dialog.getByLabel('Name').fill('SuperTuxKart');
  await dialog.getByLabel('Command', {exact: true}).fill('/usr/games/supertuxkart "--track=Lighthouse\'s');
  await dialog.getByRole('button', {name: 'Save'}).click();
  await dialog.getByText('A quotation mark is open').waitFor();
  await dialog.getByLabel('Command', {exact: true}).fill('/usr/games/supertuxkart "--track=Lighthouse\'s end"');
  await dialog.getByRole('button', {name: 'Add a command'}).click();
  await dialog.getByRole('textbox', {name: 'Command 1'}).fill('/bin/true before');
  await dialog.getByRole('textbox', {name: 'Undo 1'}).fill('/bin/true after');
  await dialog.getByLabel('Cover').setInputFiles({
    name: 'cover.png', mimeType: 'image/png', buffer: await picture(stage.browser, 'SuperTuxKart'),
  });
  await dialog.locator('.art img').waitFor();
  await dialog.getByRole('button', {name: 'Save'}).click();
  await confirm(page, 'not the password');
  await page.getByText('That password is not right').waitFor();
  same((await host.api('GET', '/apps')).apps.length, 1, 'applications before the password was right');
  await confirm(page);
  await page.getByText('SuperTuxKart is in the list now.').waitFor();

  const [, app] = (await host.api('GET', '/apps')).apps;
  same([app.title, app.command], ['SuperTuxKart', ['/usr/games/supertuxkart', "--track=Lighthouse's end"]], 'the application');
  same(app.prepare.length, 1, 'its commands');
  const cover = page.getByRole('link', {name: /SuperTuxKart/});
  await until('the cover to be drawn', () => cover.locator('img').evaluate(image => image.complete && image.naturalWidth > 0));

  await cover.click();
  const editor = page.getByRole('dialog', {name: 'Edit SuperTuxKart'});
  await editor.getByLabel('Name').fill('Kart');
  await editor.getByRole('button', {name: 'Save'}).click();
  await confirm(page);
  await page.getByText('Kart is saved.').waitFor();

  await page.getByRole('link', {name: /^Kart/}).click();
  await page.getByRole('button', {name: 'Remove…'}).click();
  await page.getByRole('alertdialog').getByRole('button', {name: 'Remove Kart'}).click();
  await page.getByText('Kart is gone from the list.').waitFor();
  same((await host.api('GET', '/apps')).apps.map(a => a.title), ['Desktop'], 'applications');
});

story('titles of other programs are found and taken over', async stage => {
  const host = await stage.host({files: {
    'share/applications/openttd.desktop':
      '[Desktop Entry]\nType=Application\nName=OpenTTD\nExec=/usr/games/openttd %U\nCategories=Game;\n',
  }});
  const page = await stage.page(host);
  await open(page, '/applications');
  await page.getByRole('button', {name: 'Import…'}).click();
  const dialog = page.getByRole('dialog', {name: 'Import applications'});
  await dialog.getByText('OpenTTD', {exact: true}).click();
  await dialog.getByRole('button', {name: 'Import 1'}).click();
  await confirm(page);
  await page.getByRole('link', {name: /OpenTTD/}).waitFor();
  const [, app] = (await host.api('GET', '/apps')).apps;
  same([app.title, app.command], ['OpenTTD', ['/usr/games/openttd']], 'the application');
});

story('a setting is found, changed, refused when it makes no sense, and put back', async stage => {
  const host = await stage.host();
  const page = await stage.page(host);
  await open(page, '/host');
  // What few people need is there for those who ask for it, or search for it.
  await setting(page, 'encoder').waitFor();
  same(await setting(page, 'x264_preset').count(), 0, 'an advanced setting among the usual ones');
  await page.getByRole('link', {name: /^Advanced \d/}).click();
  await setting(page, 'x264_preset').waitFor();
  same(await setting(page, 'encoder').count(), 0, 'a usual setting among the advanced ones');
  await page.getByRole('link', {name: /^Usual \d/}).click();
  await page.getByLabel('Search settings by name or variable').fill('FEC_PERCENT');
  const row = setting(page, 'fec_percent');
  const field = row.getByRole('textbox');
  await field.fill('99');
  await field.press('Enter');
  await row.getByText('This is not a value for it.').waitFor();
  await field.fill('33');
  await field.press('Enter');
  await row.getByText('Set here').waitFor();
  const now = async () => (await host.api('GET', '/settings')).settings.find(s => s.id === 'fec_percent');
  same((await now()).value, 33, 'in force');
  await row.getByRole('button', {name: /^Back to default/}).click();
  await row.getByText('Default', {exact: true}).waitFor();
  same((await now()).stored, undefined, 'stored');

  // What a start option decides is locked, with the option as the reason.
  await page.getByLabel('Search settings by name or variable').fill('log level');
  const locked = setting(page, 'log_level');
  same(await locked.getByRole('combobox').isDisabled(), true, 'locked');
  await locked.getByText('--log-level').waitFor();
});

story('two tabs: a value that changed elsewhere is not overwritten without asking', async stage => {
  const host = await stage.host();
  const page = await stage.page(host, {open: '/host?q=fec_percent'});
  const other = await stage.tab(page.context(), {open: '/host?q=fec_percent'});
  const mine = setting(page, 'fec_percent');
  const theirs = setting(other, 'fec_percent');
  await mine.getByRole('textbox').fill('40');
  await theirs.getByRole('textbox').fill('10');
  await theirs.getByRole('textbox').press('Enter');
  await theirs.getByText('Set here').waitFor();
  // The news has come, and what was being typed is still there.
  await mine.getByText('Set here').waitFor();
  same(await mine.getByRole('textbox').inputValue(), '40', 'what was typed');
  await mine.getByRole('textbox').press('Enter');
  await mine.getByText('Changed elsewhere to 10 %. Yours: 40 %.').waitFor();
  const now = async () => (await host.api('GET', '/settings')).settings.find(s => s.id === 'fec_percent').value;
  same(await now(), 10, 'before the choice');
  await mine.getByRole('button', {name: 'Use mine'}).click();
  await until('the choice to be stored', async () => await now() === 40);
  await theirs.getByRole('textbox').and(other.locator('[value="40"]')).or(theirs.getByText('Set here')).first().waitFor();
});

story('two tabs: rights that changed elsewhere are shown before they are replaced', async stage => {
  const host = await stage.host();
  await stage.paired(host, 'Laptop');
  const [device] = (await host.api('GET', '/devices')).devices;
  const page = await stage.page(host, {open: `/devices?access=${device.id}`});
  const dialog = page.getByRole('dialog', {name: 'Access of Laptop'});
  await dialog.getByText('View only').click();
  await host.api('PATCH', `/devices/${device.id}`, {preset: 'controller'});
  await dialog.getByRole('button', {name: 'Save access'}).click();
  await dialog.getByText('Changed elsewhere a moment ago.').waitFor();
  same((await host.api('GET', `/devices/${device.id}`)).grants, 1, 'rights before the choice');
  await dialog.getByRole('button', {name: 'Save access'}).click();
  await dialog.waitFor({state: 'detached'});
  same((await host.api('GET', `/devices/${device.id}`)).grants, 0, 'rights after it');
});

story('the checks are run again, and the support bundle holds no secret', async stage => {
  const host = await stage.host();
  const page = await stage.page(host);
  await open(page, '/diagnostics');
  const asked = page.waitForRequest(/\/diagnostics\/refresh$/);
  await page.getByRole('button', {name: 'Check all again'}).click();
  await asked;
  await page.locator('[data-check]').first().waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', {name: 'Support bundle'}).click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('latin1');
  same(text.length > 500 && !text.includes(host.token), true, 'a bundle without the token');
});
