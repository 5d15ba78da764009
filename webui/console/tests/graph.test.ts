import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areaPath, linePath, niceMax } from '../src/components/graph';

test('a line goes from zero at the bottom to the maximum at the top', () => {
  assert.equal(linePath([0, 5, 10], 100, 0, 50, 10), 'M0 50L50 25L100 0');
});
test('what is not known is a gap', () => {
  assert.equal(linePath([1, undefined, 1], 100, 0, 10, 1), 'M0 0M100 0');
  assert.equal(areaPath([1, undefined, 1, 1], 90, 0, 10, 1), 'M0 0L0 10L0 10zM60 0L90 0L90 10L60 10z');
});
test('values beyond the scale stay inside', () => {
  assert.equal(linePath([20, -1], 10, 0, 10, 10), 'M0 0L10 10');
});
test('round maxima', () => {
  assert.deepEqual([0, 0.7, 1, 3, 48, 60, 120].map(niceMax), [1, 1, 1, 5, 50, 100, 200]);
});
