import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strength } from '../src/api/strength';

test('strength in words', () => {
  assert.equal(strength('short'), 'short');
  assert.equal(strength('aaaaaaaaaaaaaaaaaaaa'), 'weak');
  assert.equal(strength('abababababababab'), 'weak');
  assert.equal(strength('passwordpass'), 'fair');
  assert.equal(strength('correct horse'), 'good');
  assert.equal(strength('correct horse battery'), 'strong');
  assert.equal(strength('ひみつのことばはながいほどよいです'), 'strong');
});
