// A host of its own for each story: synthetic pictures and sound, free ports, a folder that goes away.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {ask} from './http.mjs';
import {Program} from './process.mjs';
import {until} from './wait.mjs';

export const kPassword = 'a quiet harbour at night';

export class Host {
  /** `options`: binary, args (more flags), env (more variables), files (path in the home: text), encoder (synthetic
      unless it says otherwise). */
  constructor(options) {
    this.options = options;
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pf-browser-'));
    this.config = path.join(this.folder, 'config');
    this.home = path.join(this.folder, 'home');
    fs.mkdirSync(this.home, {recursive: true});
    for (const [name, text] of Object.entries(options.files ?? {})) {
      const file = path.join(this.home, name);
      fs.mkdirSync(path.dirname(file), {recursive: true});
      fs.writeFileSync(file, text);
    }
    // A host that root starts gives root up; it still has to reach and use its folders.
    if (process.getuid() === 0)
      for (const folder of [this.folder, this.home]) fs.chmodSync(folder, 0o777);
  }

  async start() {
    const keep = ['PATH', 'LD_LIBRARY_PATH', 'ASAN_OPTIONS', 'LSAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS'];
    const env = Object.fromEntries(keep.filter(k => process.env[k]).map(k => [k, process.env[k]]));
    const endpoint = path.join(this.config, 'mgmt-endpoint');
    fs.rmSync(endpoint, {force: true});
    this.program = new Program(this.options.binary, [
      'serve', '--bind-address', '127.0.0.1', '--host-name', 'atlas', '--no-mdns',
      '--mgmt-port', String(this.port ?? 0), '--base-port', '0', '--native-port', '0',
      '--display', 'synthetic', '--audio', 'synthetic', '--no-uinput-pads', '--no-demo',
      ...(this.options.encoder === 'auto' ? [] : ['--encoder', 'synthetic']),
      '--log-level', 'debug', ...(this.options.args ?? []),
    ], {
      env: {
        ...env, HOME: this.home, LANG: 'C.UTF-8', TZ: 'UTC',
        XDG_CONFIG_HOME: path.join(this.home, '.config'), XDG_DATA_HOME: path.join(this.home, '.local/share'),
        XDG_DATA_DIRS: path.join(this.home, 'share'), XDG_RUNTIME_DIR: this.folder,
        PUNKTFUNK_CONFIG_DIR: this.config, ...(this.options.env ?? {}),
      },
    });
    let ended = false;
    this.program.done.then(() => { ended = true; });
    const line = await until('the host to listen', () =>
      ended || (fs.existsSync(endpoint) && fs.readFileSync(endpoint, 'utf8').trim()) || null, 20_000);
    if (ended) throw new Error(`the host ended: ${this.program.err.slice(-2000)}`);
    this.port = Number(new URL(line.split('=')[1]).port);
    this.url = `https://127.0.0.1:${this.port}`;
    await until('the host to answer', async () =>
      (await ask(`${this.url}/api/v1/health`)).status === 200);
    this.token = fs.readFileSync(path.join(this.config, 'mgmt-token'), 'utf8').trim().split('=').pop();
    return this;
  }

  /** What a program of the same user gets: the parsed answer, or an error with its status. */
  async api(method, route, body) {
    const answer = await ask(`${this.url}/api/v1${route}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : {'Content-Type': 'application/json'}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.status >= 400)
      throw Object.assign(new Error(`${method} ${route}: ${answer.status} ${answer.body}`), {status: answer.status});
    return answer.body === '' ? null : JSON.parse(answer.body);
  }

  /** The set-up code, from the file that the host names. */
  async setup_code() {
    const setup = await ask(`${this.url}/api/v1/setup`);
    const file = JSON.parse(setup.body).code_file;
    const mode = fs.statSync(file).mode & 0o777;
    if (mode !== 0o600) throw new Error(`the file of the set-up code has mode ${mode.toString(8)}`);
    return fs.readFileSync(file, 'utf8').trim().split(/[\s=]/).pop();
  }

  /** Claims the host with kPassword, without a browser. */
  async claim() {
    const answer = await ask(`${this.url}/api/v1/setup`, {
      method: 'POST',
      headers: {'Content-Type': 'application/json', Origin: this.url},
      body: JSON.stringify({code: await this.setup_code(), password: kPassword}),
    });
    if (answer.status !== 204) throw new Error(`set-up: ${answer.status} ${answer.body}`);
  }

  async stop() {
    const end = await this.program?.stop();
    return end;
  }

  /** Ends it as a power cut would, and starts it again on the same port. */
  async restart() {
    await this.stop();
    await this.start();
  }

  remove() {
    fs.rmSync(this.folder, {recursive: true, force: true});
  }
}
