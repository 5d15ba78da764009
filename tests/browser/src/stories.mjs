// The list of stories, and what each of them gets.

import {context, sign_in} from './browser.mjs';
import {Host} from './host.mjs';
import {Moonlight} from './moonlight.mjs';
import {NativeDevice, paired} from './native.mjs';
import {Proxy} from './proxy.mjs';

const stories = [];

/** Adds a story. `name` is one sentence about what a person does or sees. */
export function story(name, play) {
  stories.push({name, play});
}

export function all_stories() {
  return stories;
}

/** What one story uses; everything it opens is closed after it. */
export class Stage {
  constructor({browser, binary, probe}) {
    this.browser = browser;
    this.binary = binary;
    this.probe = probe;
    this.hosts = [];
    this.contexts = [];
    this.proxies = [];
    this.clients = [];
    this.pages = [];
    this.complaints = [];
  }

  /** A running host; claimed with kPassword unless `options.claimed` is false. */
  async host(options = {}) {
    const host = new Host({binary: this.binary, ...options});
    this.hosts.push(host);
    await host.start();
    if (options.claimed !== false) await host.claim();
    return host;
  }

  /** A page in a context of its own, signed in unless `options.signed_in` is false. */
  async page(host, options = {}) {
    const url = options.url ?? host.url;
    const own = await context(this.browser, url, options);
    this.contexts.push(own);
    if (options.signed_in !== false) await sign_in(own, url);
    return this.tab(own, options);
  }

  /** One more page of the same context. */
  async tab(own, options = {}) {
    own.setDefaultTimeout(10_000);
    const page = await own.newPage();
    this.pages.push(page);
    // A page that breaks its own policy or throws is broken, whatever it shows.
    page.on('pageerror', error => this.complaints.push(`the page threw: ${error.message}`));
    page.on('console', message => {
      const text = message.text();
      const own = [...this.hosts, ...this.proxies].some(({url}) => page.url().startsWith(`${url}/`));
      if (own && message.type() === 'error' && /Content Security Policy|Refused to/.test(text))
        this.complaints.push(`the page broke its policy: ${text}`);
    });
    if (options.open !== null) await page.goto(options.open ?? '/');
    return page;
  }

  async proxy(host) {
    const proxy = await new Proxy(host.port).start();
    this.proxies.push(proxy);
    return proxy;
  }

  native(host, name) {
    return new NativeDevice(this.probe, host, name);
  }

  paired(host, name, access) {
    return paired(this.probe, host, name, access);
  }

  moonlight(host) {
    const client = new Moonlight(host);
    this.clients.push(client);
    return client;
  }

  async close() {
    for (const client of this.clients) client.leave();
    await Promise.all(this.contexts.map(own => own.close()));
    await Promise.all(this.proxies.map(proxy => proxy.stop()));
    await Promise.all(this.hosts.map(host => host.stop()));
  }

  remove() {
    for (const host of this.hosts) host.remove();
  }
}
