import https from 'node:https';

import {client_certificate} from '../src/certificate.mjs';
import {ask} from '../src/http.mjs';
import {kPassword} from '../src/host.mjs';
import {story} from '../src/stories.mjs';
import {check, same} from '../src/wait.mjs';

/** A page of somebody else, on the same address and another port: the browser sends the cookie along. */
async function evil_site(html) {
  const {key, cert} = client_certificate();
  const server = https.createServer({key, cert}, (_, response) => {
    response.writeHead(200, {'Content-Type': 'text/html'});
    response.end(html);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return {url: `https://127.0.0.1:${server.address().port}`, stop: () => new Promise(done => server.close(done))};
}

async function cookie_of(page) {
  const [cookie] = await page.context().cookies();
  return `${cookie.name}=${cookie.value}`;
}

story('a page of another site cannot add a command, pair a device or read anything', async stage => {
  const host = await stage.host();
  const page = await stage.page(host);
  const site = await evil_site('<!doctype html><title>free games</title><body></body>');
  try {
    const evil = await stage.tab(page.context(), {open: site.url});
    const before = await host.api('GET', '/apps');
    const tried = await evil.evaluate(async ({url, password}) => {
      const outcomes = [];
      const body = JSON.stringify({title: 'x', command: ['/bin/true'], password});
      for (const type of ['application/json', 'text/plain']) {
        outcomes.push(await fetch(`${url}/api/v1/apps`, {
          method: 'POST', credentials: 'include', headers: {'Content-Type': type}, body,
        }).then(r => r.status, () => 'blocked'));
      }
      outcomes.push(await fetch(`${url}/api/v1/native/pair/arm`, {
        method: 'POST', credentials: 'include', mode: 'no-cors', body: JSON.stringify({password}),
      }).then(r => r.type, () => 'blocked'));
      outcomes.push(await fetch(`${url}/api/v1/devices`, {credentials: 'include'}).then(r => r.text(), () => 'blocked'));
      return outcomes;
    }, {url: host.url, password: kPassword});
    same([tried[0], tried[1], tried[3]], ['blocked', 'blocked', 'blocked'], 'what the other site got');

    // The oldest trick: a form that sends itself.
    await evil.evaluate(url => {
      const form = document.createElement('form');
      form.method = 'post';
      form.action = `${url}/api/v1/apps`;
      form.enctype = 'text/plain';
      const input = document.createElement('input');
      input.name = '{"title":"x","command":["/bin/true"],"a":"';
      input.value = '"}';
      form.append(input);
      document.body.append(form);
      form.submit();
    }, host.url);
    await evil.waitForLoadState();
    same(await host.api('GET', '/apps'), before, 'the applications');
    same((await host.api('GET', '/native/pair')).armed, false, 'armed');
  } finally {
    await site.stop();
  }
});

story('the console cannot be put into a frame of another page', async stage => {
  const host = await stage.host();
  const page = await stage.page(host);
  const site = await evil_site(`<!doctype html><iframe id="f" src="${host.url}/" width="800" height="600"></iframe>`);
  try {
    const evil = await stage.tab(page.context(), {open: site.url});
    // Chromium puts its own error page where a frame is refused.
    await evil.waitForFunction(() => document.readyState === 'complete');
    const [, frame] = evil.frames();
    const inside = await frame.evaluate(() => document.querySelector('#root, nav')?.outerHTML ?? 'nothing').catch(() => 'nothing');
    same(inside, 'nothing', 'what the frame shows');
    const answer = await ask(`${host.url}/`, {headers: {'Accept-Encoding': 'gzip'}});
    check(/frame-ancestors 'none'/.test(answer.headers['content-security-policy'] ?? ''), 'the policy forbids frames');
  } finally {
    await site.stop();
  }
});

story('requests that no page of this host would send are refused, each with its reason', async stage => {
  const host = await stage.host();
  const page = await stage.page(host);
  const cookie = await cookie_of(page);
  const body = JSON.stringify({title: 'x', command: ['/bin/true'], password: kPassword});
  const own = {Cookie: cookie, Origin: host.url, 'Content-Type': 'application/json'};
  const refused = [
    ['no sign-in', {...own, Cookie: ''}, 401],
    ['a made-up cookie', {...own, Cookie: '__Host-pf_session=AAAA'}, 401],
    ['another origin', {...own, Origin: 'https://example.org'}, 403],
    ['an origin of null', {...own, Origin: 'null'}, 403],
    ['the right origin without encryption', {...own, Origin: host.url.replace('https', 'http')}, 403],
    ['sent from another site', {...own, 'Sec-Fetch-Site': 'cross-site'}, 403],
    ['sent from another port', {...own, 'Sec-Fetch-Site': 'same-site'}, 403],
    ['a name that points here', {...own, Host: 'evil.example', Origin: 'https://evil.example'}, 421],
    ['a form', {...own, 'Content-Type': 'text/plain'}, 415],
  ];
  const before = await host.api('GET', '/apps');
  for (const [what, headers, status] of refused) {
    const answer = await ask(`${host.url}/api/v1/apps`, {method: 'POST', headers, body});
    same(answer.status, status, what);
    check(/^[A-Z].*[.]$/s.test(JSON.parse(answer.body).error), `${what}: no sentence`);
  }
  same(await host.api('GET', '/apps'), before, 'the applications');

  // The same request is fine from its own page: it was the disguise that was refused.
  const answer = await ask(`${host.url}/api/v1/apps`, {method: 'POST', headers: own, body});
  same(answer.status, 201, 'the same request from the console');
});

story('a stolen cookie alone opens nothing: what gives access asks for the password', async stage => {
  const host = await stage.host();
  const page = await stage.page(host);
  const headers = {Cookie: await cookie_of(page), Origin: host.url, 'Content-Type': 'application/json'};
  const gated = [
    ['POST', '/native/pair/arm', {}],
    ['POST', '/apps', {title: 'x', command: ['/bin/true']}],
    ['POST', '/pair/pin', {pin: '1234'}],
  ];
  for (const [method, route, body] of gated) {
    const none = await ask(`${host.url}/api/v1${route}`, {method, headers, body: JSON.stringify(body)});
    same([none.status, JSON.parse(none.body).code], [403, 'password_required'], `${route} without the password`);
    const wrong = await ask(`${host.url}/api/v1${route}`, {method, headers, body: JSON.stringify({...body, password: 'a wrong one'})});
    same([wrong.status, JSON.parse(wrong.body).code], [401, 'bad_password'], `${route} with a wrong one`);
  }
});

story('every answer carries its protection', async stage => {
  const host = await stage.host();
  const wanted = {
    'x-content-type-options': /^nosniff$/,
    'referrer-policy': /^no-referrer$/,
    'cross-origin-opener-policy': /^same-origin$/,
    'cross-origin-resource-policy': /^same-origin$/,
    'content-security-policy': /^default-src 'none'/,
  };
  for (const address of ['/', '/login', '/devices', '/api/v1/health', '/api/v1/devices', '/nothing/here', '/favicon.svg']) {
    const {headers} = await ask(host.url + address, {headers: {'Accept-Encoding': 'gzip'}});
    for (const [name, value] of Object.entries(wanted))
      check(value.test(headers[name] ?? ''), `${address}: ${name} is ${headers[name]}`);
    check(!/unsafe-inline|unsafe-eval|data:/.test(headers['content-security-policy']), `${address}: the policy has a hole`);
  }
  check(/no-store/.test((await ask(`${host.url}/api/v1/health`)).headers['cache-control']), 'answers of the interface are not kept');
});
