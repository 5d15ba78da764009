// Programs that the stories start: their lines, their end, and that none outlives the run.

import {spawn} from 'node:child_process';

const running = new Set();

/** One started program. `out` and `err` grow; `done` resolves to {code, signal}. */
export class Program {
  constructor(path, args, options = {}) {
    this.name = path.split('/').pop();
    this.out = '';
    this.err = '';
    this.child = spawn(path, args, {...options, stdio: ['pipe', 'pipe', 'pipe']});
    running.add(this);
    this.child.stdout.on('data', chunk => { this.out += chunk; });
    this.child.stderr.on('data', chunk => { this.err += chunk; });
    this.done = new Promise(resolve => {
      this.child.on('error', error => {
        running.delete(this);
        resolve({code: null, signal: null, error});
      });
      this.child.on('close', (code, signal) => {
        running.delete(this);
        resolve({code, signal});
      });
    });
  }

  /** Asks it to end, and insists after five seconds. */
  async stop() {
    if (!running.has(this)) return this.done;
    this.child.kill('SIGTERM');
    const insist = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    const end = await this.done;
    clearTimeout(insist);
    return end;
  }
}

/** Ends everything that still runs. */
export async function stop_all() {
  await Promise.all([...running].map(program => program.stop()));
}

process.on('exit', () => {
  for (const program of running) program.child.kill('SIGKILL');
});
