// A TCP relay in front of a host whose connections a story can cut, and later allow again.

import net from 'node:net';

export class Proxy {
  constructor(port) {
    this.target = port;
    this.open = true;
    this.pairs = new Set();
  }

  async start() {
    this.server = net.createServer(near => {
      if (!this.open) return near.destroy();
      const far = net.connect(this.target, '127.0.0.1');
      const pair = {near, far};
      this.pairs.add(pair);
      const end = () => {
        near.destroy();
        far.destroy();
        this.pairs.delete(pair);
      };
      for (const socket of [near, far]) {
        socket.setNoDelay(true);
        socket.on('error', end);
        socket.on('close', end);
      }
      near.pipe(far);
      far.pipe(near);
    });
    await new Promise(resolve => this.server.listen(0, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    this.url = `https://127.0.0.1:${this.port}`;
    return this;
  }

  /** Breaks every connection and refuses new ones. */
  cut() {
    this.open = false;
    for (const {near, far} of this.pairs) {
      near.destroy();
      far.destroy();
    }
  }

  mend() {
    this.open = true;
  }

  async stop() {
    this.cut();
    await new Promise(resolve => this.server.close(resolve));
  }
}
