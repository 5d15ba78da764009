// Pictures of every page for the documentation, from a host whose contents were made as a person would make
// them: by pairing, streaming, adding and changing.

import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import {picture} from './covers.mjs';
import {ask} from './http.mjs';
import {open, show_pin} from './page.mjs';
import {until} from './wait.mjs';

// Pictures of something that opens above its page.
const kDialogs = new Set(['access', 'application', 'token', 'certificate']);
// Longer pages end here.
const kTallest = 2000;

export const kScreenshots = 'screenshots of every page';

const kTitles = [
  ['SuperTuxKart', '#e2694a', '#5b1f3d'], ['Veloren', '#2f7d6b', '#10303d'], ['0 A.D.', '', ''], ['Xonotic', '', ''],
  ['Luanti', '#6f9f4a', '#254128'], ['Battle for Wesnoth', '', ''], ['OpenTTD', '', ''], ['RetroArch', '', ''],
];

async function add_applications(stage, host) {
  for (const [title, from, to] of kTitles) {
    const app = await host.api('POST', '/apps', {title, command: ['/usr/bin/sleep', '900']});
    if (from === '') continue;
    const answer = await ask(`${host.url}/api/v1/apps/${app.id}/art`, {
      method: 'PUT',
      headers: {Authorization: `Bearer ${host.token}`, 'Content-Type': 'image/png'},
      body: await picture(stage.browser, title, from, to),
    });
    if (answer.status >= 300) throw new Error(`the cover of ${title}: ${answer.status} ${answer.body}`);
  }
}

async function pair_moonlight(stage, host, name) {
  const client = stage.moonlight(host);
  const paired = client.pair();
  const {request_id} = await until('Moonlight to ask', async () => (await host.api('GET', '/pair')).pending[0]);
  await host.api('POST', '/pair/pin', {pin: client.pin, request_id, label: name});
  if (await paired !== true) throw new Error(`${name} is not paired`);
}

async function change(host, name, body) {
  const {devices} = await host.api('GET', '/devices');
  await host.api('PATCH', `/devices/${devices.find(device => device.name === name).id}`, body);
}

async function furnish(stage) {
  const host = await stage.host({encoder: 'auto', files: {
    'share/applications/mindustry.desktop':
      '[Desktop Entry]\nType=Application\nName=Mindustry\nExec=/usr/games/mindustry\nCategories=Game;\n',
  }});
  await add_applications(stage, host);
  await pair_moonlight(stage, host, 'Living Room TV');
  const laptop = await stage.paired(host, 'Office laptop', {preset: 'view'});
  await stage.paired(host, 'Jonas’ iPhone');
  await change(host, 'Jonas’ iPhone', {disabled: true});
  // One that came and went, for the history.
  const past = await laptop.stream(['--seconds', '3']);
  await past.program.done;
  const deck = await stage.paired(host, 'Mia’s Steam Deck');
  const tablet = await stage.paired(host, 'Kitchen tablet', {preset: 'controller', expires_in_secs: 4 * 3600});
  await deck.stream(['--launch', 'SuperTuxKart', '--bitrate', '12000', '--loss', '0.3']);
  await tablet.stream(['--bitrate', '6000']);
  await stage.native(host, 'Lea’s Pixel 9').request_access();
  await host.api('PATCH', '/settings', {session_grace_s: 300});
  await until('half a minute of figures', async () => {
    const {sessions} = await host.api('GET', '/sessions');
    const live = await Promise.all(sessions.filter(s => s.state === 'live').map(s => host.api('GET', `/sessions/${s.id}/live`)));
    return live.length >= 2 && live.every(({samples}) => samples.length >= 30);
  }, 180_000);
  return host;
}

/** What is on a picture: its name, its address, and what is done first. */
function subjects(device) {
  return [
    ['home', '/'],
    ['devices', '/devices'],
    ['access', `/devices?access=${device}`],
    ['applications', '/applications'],
    ['application', '/applications?add=1'],
    ['displays', '/displays'],
    ['host', '/host'],
    ['diagnostics', '/diagnostics'],
    ['live', '/diagnostics?tab=live'],
    ['log', '/diagnostics?tab=log'],
    ['sessions', '/diagnostics?tab=sessions'],
    ['audit', '/diagnostics?tab=audit'],
    ['more', '/more'],
    ['token', '/more?token=new'],
    ['certificate', '/host?certificate=use'],
  ];
}

/** Makes the file as small as pngquant can, where there is one. */
function shrink(file) {
  try {
    execFileSync('pngquant', ['--force', '--skip-if-larger', '--strip', '--speed', '5', '--ext', '.png', '192', file]);
  } catch (error) {
    // 98: the result would be larger; ENOENT: no pngquant here.
    if (error.status !== 98 && error.code !== 'ENOENT') throw error;
  }
}

export async function take_screenshots(stage, folder) {
  fs.mkdirSync(folder, {recursive: true});
  const host = await furnish(stage);
  const fresh = await stage.host({claimed: false});
  const {devices} = await host.api('GET', '/devices');
  const deck = devices.find(device => device.name.startsWith('Mia')).id;
  const take = async (page, name) => {
    const file = path.join(folder, `${name}.png`);
    // The window grows to its contents, so that what is fixed at its edges is where a person sees it.
    const size = page.viewportSize();
    const dialog = await page.locator('dialog[open]').count() > 0;
    const whole = await page.evaluate(() => document.documentElement.scrollHeight);
    if (!dialog) await page.setViewportSize({...size, height: Math.min(kTallest, Math.max(size.height, whole))});
    await page.evaluate(() => { document.activeElement?.blur(); window.scrollTo(0, 0); });
    await page.screenshot({path: file, animations: 'disabled'});
    await page.setViewportSize(size);
    shrink(file);
  };
  for (const [look, options] of [
    ['dark', {theme: 'dark'}], ['light', {theme: 'light'}], ['phone', {theme: 'dark', size: 'narrow'}],
  ]) {
    const page = await stage.page(host, {...options, open: null});
    for (const [name, address] of subjects(deck)) {
      await open(page, address);
      if (kDialogs.has(name)) await page.locator('dialog[open]').waitFor();
      if (name === 'devices' && look === 'dark') {
        await show_pin(page);
        await page.locator('.qr, .pin').first().waitFor();
      }
      await take(page, `${name}-${look}`);
    }
    const stranger = await stage.page(host, {...options, signed_in: false, open: '/login'});
    await stranger.getByLabel('Password', {exact: true}).waitFor();
    await take(stranger, `sign-in-${look}`);
    const first = await stage.page(fresh, {...options, signed_in: false, open: '/'});
    await first.getByLabel('Set-up code', {exact: true}).waitFor();
    await take(first, `first-run-${look}`);
  }
}
