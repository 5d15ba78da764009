// A client that pairs as Moonlight does (gamestream.md 3): it shows a PIN, the host's operator types it.

import crypto from 'node:crypto';

import {client_certificate, signature_of} from './certificate.mjs';
import {ask} from './http.mjs';

const kId = '0123456789ABCDEF';
const sha256 = (...parts) => crypto.createHash('sha256').update(Buffer.concat(parts)).digest();
const element = (xml, name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';

function aes(key, data, decrypt) {
  const cipher = decrypt ? crypto.createDecipheriv('aes-128-ecb', key, null)
    : crypto.createCipheriv('aes-128-ecb', key, null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

export class Moonlight {
  constructor(host) {
    this.host = host;
    this.identity = client_certificate();
    this.pin = String(crypto.randomInt(10_000)).padStart(4, '0');
    this.gone = new AbortController();
  }

  async pair_request(parameters, secure = false) {
    const {ports} = await this.host.api('GET', '/status');
    const query = new URLSearchParams({uniqueid: kId, devicename: 'roth', updateState: '1', ...parameters});
    const base = secure ? `https://127.0.0.1:${ports.https}` : `http://127.0.0.1:${ports.http}`;
    const answer = await ask(`${base}/pair?${query}`, {
      timeout_ms: 60_000, signal: this.gone.signal,
      ...(secure ? {cert: this.identity.cert, key: this.identity.key} : {}),
    });
    return answer.body;
  }

  /** Walks through the five phases. True when paired, else the reason the client would show. */
  pair() {
    const outcome = this.walk();
    // A story that fails meanwhile waits for it no more, and leave() then ends it.
    outcome.catch(() => {});
    return outcome;
  }

  async walk() {
    const salt = crypto.randomBytes(16);
    const first = await this.pair_request({
      phrase: 'getservercert', salt: salt.toString('hex'),
      clientcert: Buffer.from(this.identity.cert).toString('hex'),
    });
    if (element(first, 'paired') !== '1') return 'refused';
    const host_cert = Buffer.from(element(first, 'plaincert'), 'hex').toString();
    const key = sha256(salt, Buffer.from(this.pin)).subarray(0, 16);

    const challenge = crypto.randomBytes(16);
    const second = await this.pair_request({clientchallenge: aes(key, challenge).toString('hex')});
    const reply = aes(key, Buffer.from(element(second, 'challengeresponse'), 'hex'), true);
    const host_hash = reply.subarray(0, 32);
    const host_challenge = reply.subarray(32, 48);

    const secret = crypto.randomBytes(16);
    const proof = sha256(host_challenge, this.identity.signature, secret);
    const third = await this.pair_request({serverchallengeresp: aes(key, proof).toString('hex')});
    const host_secret = Buffer.from(element(third, 'pairingsecret'), 'hex');
    const public_key = new crypto.X509Certificate(host_cert).publicKey;
    if (!crypto.verify('sha256', host_secret.subarray(0, 16), public_key, host_secret.subarray(16)))
      return 'someone is in between';
    if (!sha256(challenge, signature_of(host_cert), host_secret.subarray(0, 16)).equals(host_hash))
      return 'the PIN did not match';

    const signed = crypto.sign('sha256', secret, this.identity.key);
    const fourth = await this.pair_request({clientpairingsecret: Buffer.concat([secret, signed]).toString('hex')});
    if (element(fourth, 'paired') !== '1') return 'refused at the last step';
    const fifth = await this.pair_request({phrase: 'pairchallenge'}, true);
    return element(fifth, 'paired') === '1' || 'not known afterwards';
  }

  leave() {
    this.gone.abort();
  }
}
