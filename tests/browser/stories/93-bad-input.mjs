import {kPassword} from '../src/host.mjs';
import {confirm, open} from '../src/page.mjs';
import {story} from '../src/stories.mjs';
import {check, same} from '../src/wait.mjs';

const long = 'x'.repeat(5000);
// No more characters than a field takes, but more bytes than the host does.
const wide = '漢'.repeat(128);
/** What the host holds that these requests could have changed. */
const state = async host => JSON.stringify(await Promise.all(
  ['/devices', '/apps', '/settings', '/tokens', '/tls'].map(async route => {
    const all = await host.api('GET', route);
    delete all.expires_in_s;
    return all;
  })));

story('every form says in its place what is wrong with what was typed, and nothing is changed', async stage => {
  const host = await stage.host();
  await stage.paired(host, 'Laptop');
  const page = await stage.page(host, {open: null});
  const before = await state(host);
  /** Waits for a sentence in `where`; the host may ask for the password before it looks at the rest. */
  const told = async (where, what) => {
    const alert = where.getByRole('alert').first();
    const question = page.getByRole('dialog', {name: 'Your password, once more'});
    await alert.or(question).first().waitFor();
    if (await question.isVisible()) await confirm(page);
    await alert.waitFor();
    const text = (await alert.innerText()).trim();
    check(/\S{2,} \S+ .*[.]/s.test(text) && !/[{}]|undefined|\[object/.test(text), `${what}: "${text}" is no sentence`);
  };
  const dialog = page.getByRole('dialog').first();

  await open(page, '/devices?rename=1');
  await dialog.getByLabel('Name').fill('');
  await dialog.getByText('A device needs a name.').waitFor();

  await open(page, '/devices?access=1');
  await dialog.getByText('Custom…').click();
  await dialog.getByLabel('Amount').fill('a while');
  await told(dialog, 'an amount that is no number');

  await open(page, '/applications?add=1');
  await dialog.getByLabel('Name').fill(wide);
  await dialog.getByLabel('Command', {exact: true}).fill('/bin/true');
  await dialog.getByRole('button', {name: 'Save'}).click();
  await told(page.getByRole('dialog', {name: 'Add an application'}), 'a title that is too long');
  await dialog.getByLabel('Name').fill('Game');
  await dialog.getByText('Folder and environment').click();
  await dialog.getByLabel('Folder it starts in').fill('games');
  await dialog.getByLabel('Environment variables').fill('no equals sign');
  await dialog.getByRole('button', {name: 'Save'}).click();
  await dialog.getByText('This is not a full path.').waitFor();
  await dialog.getByText('A line has no name before its equals sign.').waitFor();

  await open(page, '/host?q=host_name');
  const name = page.locator('[data-setting=host_name]').getByRole('textbox');
  same(await name.isDisabled(), true, 'a value that a start option decides');
  for (const [id, value] of [['session_grace_s', 'soon'], ['session_grace_s', '-1'], ['max_streams', '1e9'], ['x11_display', long]]) {
    await open(page, `/host?q=${id}`);
    const row = page.locator(`[data-setting=${id}]`);
    await row.getByRole('textbox').fill(value);
    await row.getByRole('textbox').press('Enter');
    await told(row, `${id} = ${value.slice(0, 20)}`);
  }

  await open(page, '/more?token=new');
  await dialog.getByLabel('What it is for').fill(wide);
  await dialog.getByRole('button', {name: 'Make the token'}).click();
  await told(page.getByRole('dialog', {name: 'Add a token'}), 'a name of a token that is too long');

  await open(page, '/more');
  const password = page.locator('#password');
  await password.getByLabel('Password now').fill(kPassword);
  await password.getByLabel('New password').fill(long);
  await password.getByRole('button', {name: 'Change the password'}).click();
  await told(password, 'a password that is too long');
  same(await state(host), before, 'what the host holds');
});

story('bodies of the wrong type, too long, unknown numbers and stale versions get a sentence, and change nothing', async stage => {
  const host = await stage.host();
  await stage.paired(host, 'Laptop');
  const app = await host.api('POST', '/apps', {title: 'Game', command: ['/bin/true']});
  const page = await stage.page(host);
  const before = await state(host);
  const headers = {Origin: host.url, 'Content-Type': 'application/json'};
  const refused = async (method, route, data, status, more = {}) => {
    const answer = await page.request.fetch(`/api/v1${route}`, {
      method, headers: {...headers, ...more}, ...(data === undefined ? {} : {data: typeof data === 'string' ? data : JSON.stringify(data)}),
    });
    const text = await answer.text();
    const what = `${method} ${route} ${JSON.stringify(data)?.slice(0, 60)}: ${answer.status()} ${text.slice(0, 200)}`;
    check([status].flat().includes(answer.status()), what);
    const {error, code} = JSON.parse(text);
    check(/^[A-Z"].*[.]$/s.test(error) && /^[a-z_]+$/.test(code), `no sentence with a code: ${what}`);
  };
  const password = kPassword;
  const wrong = [
    ['PATCH', '/devices/1', {name: 7}], ['PATCH', '/devices/1', {name: long}], ['PATCH', '/devices/1', {grants: 'all'}],
    ['PATCH', '/devices/1', {expires_in_secs: -5}], ['PATCH', '/devices/1', {no_such_field: 1}],
    ['PATCH', '/devices/1', '[1,2'], ['PATCH', '/devices/1', '[]'],
    ['POST', '/devices/1/merge', {other: 'two', password}], ['POST', '/devices/1/split', {fingerprint: 'zz'}],
    ['POST', '/apps', {title: '', command: ['/bin/true'], password}], ['POST', '/apps', {title: long, command: [], password}],
    ['POST', '/apps', {title: 'x', command: '/bin/true', password}], ['POST', '/apps', {title: 'x', command: [], policy: 'perhaps', password}],
    ['POST', '/apps/order', {ids: 'first'}],
    ['PATCH', '/settings', {fec_percent: 'many'}], ['PATCH', '/settings', {fec_percent: 99}], ['PATCH', '/settings', {no_such_setting: 1}],
    ['POST', '/native/pair/arm', {grants: 999, password}], ['POST', '/native/pair/arm', {fingerprint: 'zz', password}],
    ['POST', '/pair/pin', {pin: 'abcd', password}], ['POST', '/pair/pin', {pin: 1234, password}],
    ['POST', '/tokens', {name: 'x', scope: 'everything', password}], ['POST', '/tokens', {name: long, scope: 'read', password}],
    ['POST', '/tokens', {name: 'x', scope: 'read', expires_in_secs: 1, password}],
    ['PUT', '/password', {current: password, new: 'short'}], ['PUT', '/password', {current: 1, new: 2}],
    ['PUT', '/tls', {certificate_pem: 'x', key_pem: 'y', password}], ['PUT', '/tls', {certificate_pem: 1, key_pem: [], password}],
    ['POST', '/import', {devices: 'all', password}],
  ];
  for (const [method, route, data] of wrong) await refused(method, route, data, [400, 422]);
  for (const [method, route, data] of [
    ['PATCH', '/devices/999', {name: 'x'}], ['DELETE', '/devices/999'], ['GET', '/sessions/999'], ['DELETE', '/sessions/999'],
    ['POST', '/native/pending/999/deny'], ['PATCH', '/apps/999', {title: 'x', password}], ['DELETE', '/apps/999'],
    ['DELETE', '/tokens/999'], ['DELETE', '/sign-ins/999'], ['POST', '/devices/999/merge', {other: 1, password}],
    ['GET', '/no-such-route'],
  ]) await refused(method, route, data, 404);
  await refused('GET', '/devices/one', undefined, 400);
  await refused('PATCH', '/devices/1', {name: 'Stale'}, 412, {'If-Match': '"999999"'});
  await refused('DELETE', '/devices/1', undefined, 412, {'If-Match': '"999999"'});
  await refused('PATCH', '/settings', {session_grace_s: 30}, 412, {'If-Match': '"stale"'});
  await refused('PATCH', `/apps/${app.id}`, {title: 'Stale', password}, 412, {'If-Match': '"stale"'});
  same(await state(host), before, 'what the host holds');
});
