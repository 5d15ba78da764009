// Native clients: the reference client punktfunk-probe, with an identity folder per device.

import fs from 'node:fs';
import path from 'node:path';

import {Program} from './process.mjs';
import {until} from './wait.mjs';

export class NativeDevice {
  /** `host`: a started Host; `name`: how the host lists it. */
  constructor(probe, host, name) {
    this.probe = probe;
    this.host = host;
    this.name = name;
    this.state = path.join(host.folder, `probe-${name.replace(/\W/g, '_')}`);
    fs.mkdirSync(this.state, {recursive: true});
  }

  async run(command, args) {
    const {ports} = await this.host.api('GET', '/status');
    return new Program(this.probe, [
      '--json', '--state', this.state, command, '--host', '127.0.0.1', '--port', String(ports.native),
      '--name', this.name, ...args,
    ], {env: {PATH: process.env.PATH, HOME: this.host.folder, LANG: 'C.UTF-8'}});
  }

  /** Pairs with the PIN; {code, out}. */
  async pair(pin) {
    const program = await this.run('pair', ['--pin', pin]);
    const {code} = await program.done;
    return {code, out: program.out + program.err};
  }

  /** Knocks and waits for a click. */
  request_access() {
    return this.run('request-access', []);
  }

  /** Streams until it is stopped; resolves when the host counts it as live. */
  async stream(args = []) {
    const program = await this.run('stream', ['--mode', '1280x720@30', '--codecs', 'h264', ...args]);
    const session = await until(`${this.name} to stream`, async () => {
      if (program.child.exitCode !== null) throw new Error(`the client ended: ${program.out}${program.err}`);
      const {sessions} = await this.host.api('GET', '/sessions');
      return sessions.find(s => s.device_name === this.name && s.state === 'live');
    });
    return {program, session};
  }
}

/** A paired device, let in through the interface rather than the page. `access`: as for an approval. */
export async function paired(probe, host, name, access = {}) {
  const device = new NativeDevice(probe, host, name);
  const knock = await device.request_access();
  const {id} = await until(`${name} to knock`, async () =>
    (await host.api('GET', '/native/pending')).pending.find(waiting => waiting.name === name));
  await host.api('POST', `/native/pending/${id}/approve`, access);
  const {code} = await knock.done;
  if (code !== 0) throw new Error(`pairing ${name}: ${code} ${knock.out}${knock.err}`);
  return device;
}
