import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bySecond } from '../src/api/by_second';

const at = (...times: number[]) => times.map((t_ms) => ({ t_ms, fps: t_ms }));

test('the newest sample is last, and jitter makes no gaps', () => {
  const places = bySecond(at(1000, 2400, 3000, 4700), (sample) => sample.fps);
  assert.equal(places.length, 60);
  assert.deepEqual(places.slice(-4), [1000, 2400, 3000, 4700]);
});

test('seconds without a sample are gaps', () => {
  assert.deepEqual(bySecond(at(1000, 4000), (sample) => sample.fps).slice(-4), [
    1000,
    undefined,
    undefined,
    4000,
  ]);
});

test('no more than a minute', () => {
  const places = bySecond(at(0, 100_000), (sample) => sample.fps);
  assert.equal(places[59], 100_000);
  assert.equal(places.filter((value) => value !== undefined).length, 1);
});
