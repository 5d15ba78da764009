import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fits, SseParser } from '../src/api/sse';

test('messages come out whole, however the text is cut', () => {
  const text =
    ': ping\n\nid: 7\nevent: session.started\ndata: {"a":1}\n\nevent: live\n\ndata: one\r\ndata: two\r\n\r\n';
  const wanted = [
    { event: 'session.started', data: '{"a":1}', id: '7' },
    { event: 'live', data: '', id: '7' },
    { event: 'message', data: 'one\ntwo', id: '7' },
  ];
  for (let size = 1; size <= text.length; ++size) {
    const parser = new SseParser();
    const got = [];
    for (let at = 0; at < text.length; at += size) got.push(...parser.push(text.slice(at, at + size)));
    assert.deepEqual(got, wanted, `in pieces of ${size}`);
  }
});

test('an unfinished message waits', () => {
  const parser = new SseParser();
  assert.deepEqual(parser.push('data: a\n'), []);
  assert.deepEqual(parser.push('\n'), [{ event: 'message', data: 'a', id: '' }]);
});

test('kinds fit patterns', () => {
  assert.ok(fits('session.ended', 'session.*'));
  assert.ok(fits('stats', 'stats'));
  assert.ok(!fits('sessions.ended', 'session.*'));
  assert.ok(!fits('stats', 'log'));
});
