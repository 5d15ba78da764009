import {kPassword} from '../src/host.mjs';
import {open} from '../src/page.mjs';
import {story} from '../src/stories.mjs';
import {check, same, until} from '../src/wait.mjs';

const sign_in = page => page.getByRole('button', {name: 'Sign in', exact: true});

story('signing in leads back to the page that was asked for, signing out closes it', async stage => {
  const host = await stage.host();
  const page = await stage.page(host, {signed_in: false, open: '/diagnostics?tab=log'});
  await page.waitForURL(/\/login\?next=/);
  await page.getByLabel('Password', {exact: true}).fill(kPassword);
  await sign_in(page).click();
  await page.waitForURL(/\/diagnostics\?tab=log$/);
  await page.getByRole('heading', {name: 'Diagnostics', level: 1}).waitFor();

  // The cookie is out of reach for scripts and for other sites.
  const cookies = await page.context().cookies();
  same(cookies.map(c => [c.name, c.httpOnly, c.secure, c.sameSite, c.path]),
    [['__Host-pf_session', true, true, 'Strict', '/']], 'the cookie');
  same(await page.evaluate(() => document.cookie), '', 'what a script can see of it');

  await open(page, '/more');
  await page.getByRole('button', {name: 'Sign out'}).first().click();
  await page.waitForURL(/\/login/);
  await page.goto('/devices');
  await page.waitForURL(/\/login/);
});

story('an address of another site is never the page to return to', async stage => {
  const host = await stage.host();
  const page = await stage.page(host, {signed_in: false, open: '/login?next=https://example.org/'});
  await page.getByLabel('Password', {exact: true}).fill(kPassword);
  await sign_in(page).click();
  await page.getByRole('heading', {name: 'Home', level: 1}).waitFor();
  same(new URL(page.url()).origin, host.url, 'where it leads');
});

story('wrong passwords: the tries are counted, then there is a wait, and the right one is locked out too', async stage => {
  const host = await stage.host();
  const page = await stage.page(host, {signed_in: false, open: '/login'});
  const field = page.getByLabel('Password', {exact: true});
  await field.fill('not the password');
  await sign_in(page).click();
  await page.getByText(/That password is not right\. \d more tr/).waitFor();
  await until('the wait to begin', async () => {
    await field.fill('not the password');
    await sign_in(page).click();
    const alert = await page.getByRole('alert').first().innerText();
    return /Too many wrong tries/.test(alert);
  }, 30_000);
  const blocked = await page.request.post('/api/v1/login', {data: {password: kPassword}, headers: {Origin: host.url}});
  same(blocked.status(), 429, 'the right password while locked out');
  check(Number(blocked.headers()['retry-after']) >= 1, 'the answer says when to come back');
});

story('a sign-in that is ended elsewhere is told in place', async stage => {
  const host = await stage.host();
  const page = await stage.page(host, {open: '/devices'});
  await page.getByRole('heading', {name: 'Devices', level: 1}).waitFor();
  const other = await stage.page(host, {open: '/more'});
  const {sign_ins} = await (await page.request.get('/api/v1/sign-ins')).json();
  const own = sign_ins.find(row => row.current);
  const gone = await other.request.delete(`/api/v1/sign-ins/${own.id}`, {headers: {Origin: host.url}});
  same(gone.status(), 204, 'ending the other sign-in');
  await page.getByText('Your sign-in has ended').waitFor();
});
