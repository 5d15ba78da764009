import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentParts } from '../src/api/agent';

test('browsers and systems', () => {
  assert.deepEqual(agentParts('Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0'), {
    browser: 'Firefox',
    system: 'Linux',
  });
  assert.deepEqual(
    agentParts(
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0',
    ),
    { browser: 'Edge', system: 'Windows' },
  );
  assert.deepEqual(
    agentParts(
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    ),
    { browser: 'Safari', system: 'iOS' },
  );
  assert.deepEqual(
    agentParts(
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0 Safari/537.36',
    ),
    { browser: 'Chrome', system: 'Linux' },
  );
  assert.deepEqual(agentParts('something'), {});
});
