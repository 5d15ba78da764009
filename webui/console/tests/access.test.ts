import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  changeFields,
  difference,
  grantFields,
  levelOf,
  shortFingerprint,
  widens,
  withGrant,
} from '../src/api/access';
import type { Device } from '../src/api/types';

const device: Device = {
  id: 1,
  name: 'a',
  grants: 0x01,
  access_level: 'controller',
  expired: false,
  until_disconnect: false,
  disabled: false,
  created_unix: 0,
  connections: 0,
  credentials: [],
};

test('levels', () => {
  assert.deepEqual([0xff, 0x01, 0, 0x7f].map(levelOf), ['full', 'controller', 'view', 'custom']);
});

test('all seven switches are full access, and managing games needs the right to start them', () => {
  assert.equal(withGrant(0x3f, 'power', true), 0xff);
  assert.equal(withGrant(0xff, 'keyboard', false), 0xfb);
  assert.equal(withGrant(0xff, 'launch', false), 0x5f);
});

test('full access without an end is what the host does by itself', () => {
  assert.deepEqual(grantFields({ grants: 0xff, end: { kind: 'never' } }), {});
  assert.deepEqual(grantFields({ grants: 0xff, end: { kind: 'in', seconds: 60 } }), {
    grants: 0xff,
    expires_in_secs: 60,
  });
  assert.deepEqual(grantFields({ grants: 0, end: { kind: 'disconnect' } }), {
    grants: 0,
    until_disconnect: true,
  });
});

test('only what differs is sent', () => {
  assert.deepEqual(changeFields(device, { grants: 1, end: { kind: 'keep' } }), {});
  assert.deepEqual(changeFields(device, { grants: 1, end: { kind: 'never' } }), {});
  assert.deepEqual(
    changeFields(
      { ...device, expires_unix: 9, until_disconnect: true },
      { grants: 0, end: { kind: 'never' } },
    ),
    {
      grants: 0,
      clear_expiry: true,
      until_disconnect: false,
    },
  );
  assert.deepEqual(changeFields(device, { grants: 1, end: { kind: 'in', seconds: 0 } }), {
    expires_in_secs: 0,
  });
});

test('the password is asked for when access grows', () => {
  const limited = { ...device, expires_unix: 1000 };
  assert.ok(widens(device, { grants: 0x05 }, 0));
  assert.ok(!widens(device, { grants: 0 }, 0));
  assert.ok(widens(limited, { clear_expiry: true }, 0));
  assert.ok(widens(limited, { expires_in_secs: 600 }, 500));
  assert.ok(!widens(limited, { expires_in_secs: 400 }, 500));
  assert.ok(!widens(device, { expires_in_secs: 400 }, 500));
  assert.ok(widens({ ...device, disabled: true }, { disabled: false }, 0));
  assert.ok(widens({ ...device, until_disconnect: true }, { until_disconnect: false }, 0));
});

test('what is given and taken', () => {
  assert.deepEqual(difference(0x05, 0x21), { given: ['launch'], taken: ['keyboard'] });
});

test('the groups to compare', () => {
  assert.deepEqual(shortFingerprint('6be1679f6ae28652'.padEnd(56, '0') + '4cbf5f95'), {
    head: '6be1 679f',
    middle: '6ae2 8652',
    tail: '4cbf 5f95',
  });
});
