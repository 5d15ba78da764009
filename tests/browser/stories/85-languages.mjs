import {kPages, open, own_texts} from '../src/page.mjs';
import {story} from '../src/stories.mjs';
import {check, same} from '../src/wait.mjs';

story('every page is in the language of the browser, and none shows a key', async stage => {
  const host = await stage.host();
  const titles = {
    en: 'Devices', de: 'Geräte', fr: 'Appareils', es: 'Dispositivos', ja: 'デバイス',
  };
  for (const [language, title] of Object.entries(titles)) {
    const page = await stage.page(host, {locale: language, open: null});
    for (const address of [...kPages, '/more?token=new', '/host?certificate=use']) {
      await open(page, address);
      same(await page.getAttribute('html', 'lang'), language, 'the language of the page');
      const keys = (await own_texts(page)).join('\n').match(/\b[a-z]+(\.[a-z_]+)+\b/g) ?? [];
      same(keys, [], `keys on ${address} in ${language}`);
    }
    await open(page, '/devices');
    same(await page.locator('h1').innerText(), title, `the heading in ${language}`);
  }
});

story('the language is chosen on the page and kept', async stage => {
  const host = await stage.host();
  const page = await stage.page(host);
  await open(page, '/more');
  await page.getByLabel('Language', {exact: true}).selectOption('ja');
  await page.getByRole('heading', {level: 1}).filter({hasText: 'その他'}).waitFor();
  await page.reload();
  await page.getByRole('heading', {level: 1}).filter({hasText: 'その他'}).waitFor();
  same(await page.getAttribute('html', 'lang'), 'ja', 'the language of the page');
});

/** Names and sentences that the host holds, longest first. */
async function names(host) {
  const found = new Set();
  const keep = new Set(['name', 'title', 'host_name', 'device', 'device_name', 'app_title', 'meaning', 'fix', 'reason',
    'text', 'os', 'version', 'encoder', 'capture', 'codec']);
  const collect = (value, key) => {
    if (Array.isArray(value)) value.forEach(one => collect(one, key));
    else if (value && typeof value === 'object') Object.entries(value).forEach(([name, one]) => collect(one, name));
    else if (typeof value === 'string' && value.length > 1 && keep.has(key)) found.add(value);
  };
  for (const route of ['/status', '/host', '/devices', '/apps', '/sessions', '/displays', '/encoders', '/diagnostics', '/library'])
    collect(await host.api('GET', route), '');
  return [...found].sort((a, b) => b.length - a.length);
}

story('the pseudo-locale shows no text that is in no catalogue', async stage => {
  const host = await stage.host();
  await stage.paired(host, 'XX');
  const page = await stage.page(host, {open: null});
  await page.addInitScript(() => localStorage.setItem('pf-language', 'en-XA'));
  const data = await names(host);
  const left = new Set();
  for (const address of [...kPages, '/applications?add=1', '/applications?import=1', '/devices?access=1', '/devices?revoke=1',
    '/more?token=new', '/host?certificate=use']) {
    await open(page, address);
    for (const text of await own_texts(page)) {
      let plain = text;
      for (const name of data) plain = plain.replaceAll(name, '');
      plain = plain
        // Names of things are the same in every language, and languages are named in themselves.
        .replace(/English|Deutsch|Français|Español|nvenc|vaapi|Vulkan|pipewire|probe|Safari|Chrom(e|ium)|Firefox|Linux|(ultra|super|very)?fast(er)?|medium|Moonlight|GameStream|punktfunk|Flatpak|Heroic|Lutris|Steam|IPv[46]|Codecs?|UTC|GMT/g, '')
        // What Intl says of times and lists in English, and the filler of the pseudo-locale.
        .replace(/\b\d{1,2} [A-Z][a-z]+ \d{4}\b/g, '')
        .replace(/\d+ (sec|min|hr|days?|wk|mo|yr)\.? ago|yesterday|\bnow\b|\band\b|ŵíðéŕ/g, '');
      // Three plain letters in a row: the pseudo-locale leaves none.
      if (/[a-ik-pr-z]{3}/.test(plain)) left.add(`${address}: ${text.slice(0, 80)}`);
    }
  }
  same([...left], [], 'text that is not translated');
});

story('numbers and sizes follow the language', async stage => {
  const host = await stage.host();
  const page = await stage.page(host, {locale: 'de-DE'});
  await open(page, '/host');
  // The host finds out what its encoders can do after its start.
  await page.locator('#encoders td.y').first().waitFor({timeout: 60_000});
  const times = await page.locator('#encoders td.y').allInnerTexts();
  check(times.length > 0 && times.every(text => !/\d\.\d/.test(text)), `decimal points in German: ${times}`);
});
