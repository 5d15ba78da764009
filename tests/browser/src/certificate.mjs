// Self-signed RSA certificates, as Moonlight clients make them and as an operator brings one; encoded by hand:
// node has no writer.

import crypto from 'node:crypto';

function der(tag, ...parts) {
  const body = Buffer.concat(parts);
  const size = body.length < 128 ? Buffer.from([body.length])
    : body.length < 256 ? Buffer.from([0x81, body.length])
      : Buffer.from([0x82, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), size, body]);
}

const sequence = (...parts) => der(0x30, ...parts);
const time = text => der(0x18, Buffer.from(text));
const kSha256WithRsa = sequence(Buffer.from('06092a864886f70d01010b', 'hex'), Buffer.from('0500', 'hex'));

// Names that a server certificate is for (subjectAltName).
const alternative_names = names => der(0xa3, sequence(sequence(
  Buffer.from('0603551d11', 'hex'),
  der(0x04, sequence(...names.map(name => der(0x82, Buffer.from(name))))))));

function self_signed({common_name, from, to, names = []}) {
  const pair = crypto.generateKeyPairSync('rsa', {modulusLength: 2048});
  const name = sequence(der(0x31, sequence(Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(common_name)))));
  const to_be_signed = sequence(
    der(0xa0, Buffer.from('020102', 'hex')), der(0x02, Buffer.from([0x01])), kSha256WithRsa, name,
    sequence(time(from), time(to)), name,
    pair.publicKey.export({type: 'spki', format: 'der'}),
    ...(names.length > 0 ? [alternative_names(names)] : []));
  const signature = crypto.sign('sha256', to_be_signed, pair.privateKey);
  const whole = sequence(to_be_signed, kSha256WithRsa, der(0x03, Buffer.from([0]), signature));
  const base64 = whole.toString('base64').replace(/(.{64})/g, '$1\n').trim();
  return {
    key: pair.privateKey.export({type: 'pkcs8', format: 'pem'}),
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    der: whole,
    signature,
    fingerprint: crypto.createHash('sha256').update(whole).digest('hex'),
  };
}

/** {key (PEM), cert (PEM), der, signature (of the certificate), fingerprint}. */
export const client_certificate = () =>
  self_signed({common_name: 'NVIDIA GameStream Client', from: '20200101000000Z', to: '20400101000000Z'});

/** The same for a server that is known by these names, valid for 90 days. */
export function server_certificate(names) {
  const day = days => new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '');
  return self_signed({common_name: names[0], from: day(-1), to: day(90), names});
}

/** The signature in a certificate: the last 256 bytes of one made with RSA-2048. */
export function signature_of(pem) {
  const {raw} = new crypto.X509Certificate(pem);
  return raw.subarray(raw.length - 256);
}
