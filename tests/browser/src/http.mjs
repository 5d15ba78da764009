// Plain HTTPS requests to a host, outside the browser: what a program of the same user would send.

import http from 'node:http';
import https from 'node:https';

/** {status, headers, body} of one request. `options`: method, headers, body, cert, key. */
export function ask(url, options = {}) {
  const target = new URL(url);
  const library = target.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const request = library.request(target, {
      method: options.method ?? 'GET',
      headers: options.headers ?? {},
      cert: options.cert,
      key: options.key,
      // The host is known by its port and by the folder it was started in; it has no public name.
      rejectUnauthorized: false,
      agent: false,
      timeout: options.timeout_ms ?? 30_000,
    }, response => {
      const parts = [];
      response.on('data', part => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve({
        status: response.statusCode,
        headers: response.headers,
        body: Buffer.concat(parts).toString('utf8'),
      }));
    });
    request.on('timeout', () => request.destroy(new Error(`no answer from ${target.pathname}`)));
    request.on('error', reject);
    if (options.signal) options.signal.addEventListener('abort', () => request.destroy(new Error('given up')));
    request.end(options.body);
  });
}
