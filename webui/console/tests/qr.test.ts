import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parity, qrCode, qrPath } from '../src/components/qr';

test('parity of the example in ISO/IEC 18004, annex I (version 1-M, "01234567")', () => {
  const data = [
    0x10, 0x20, 0x0c, 0x56, 0x61, 0x80, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11,
  ];
  assert.deepEqual(parity(data, 10), [0xa5, 0x24, 0xd4, 0xc1, 0xed, 0x36, 0xc7, 0x87, 0x2c, 0x55]);
});

// Reads the code back: format, mask, codewords in reading order. Independent of how it was written.
function read(grid: boolean[][]): string {
  const size = grid.length;
  const version = (size - 17) / 4;
  let format = 0;
  for (let i = 0; i < 6; ++i) format |= Number(grid[i]![8]) << i;
  format |= (Number(grid[7]![8]) << 6) | (Number(grid[8]![8]) << 7) | (Number(grid[8]![7]) << 8);
  for (let i = 9; i < 15; ++i) format |= Number(grid[8]![14 - i]) << i;
  format ^= 0x5412;
  assert.equal(format >> 13, 0, 'level M');
  const mask = (format >> 10) & 7;
  const flips = [
    (x: number, y: number) => (x + y) % 2,
    (_: number, y: number) => y % 2,
    (x: number) => x % 3,
    (x: number, y: number) => (x + y) % 3,
    (x: number, y: number) => ((y >> 1) + Math.floor(x / 3)) % 2,
    (x: number, y: number) => ((x * y) % 2) + ((x * y) % 3),
    (x: number, y: number) => (((x * y) % 2) + ((x * y) % 3)) % 2,
    (x: number, y: number) => (((x + y) % 2) + ((x * y) % 3)) % 2,
  ][mask]!;
  const centre = version > 1 ? size - 7 : -9;
  const fixed = (x: number, y: number): boolean =>
    x === 6 ||
    y === 6 ||
    (x < 9 && y < 9) ||
    (x < 9 && y >= size - 8) ||
    (x >= size - 8 && y < 9) ||
    (Math.abs(x - centre) <= 2 && Math.abs(y - centre) <= 2);
  const bits: number[] = [];
  let up = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) --right;
    for (let i = 0; i < size; ++i) {
      const y = up ? size - 1 - i : i;
      for (const x of [right, right - 1]) {
        if (!fixed(x, y)) bits.push(Number(grid[y]![x]) ^ Number(flips(x, y) === 0));
      }
    }
    up = !up;
  }
  const number = (from: number, count: number): number =>
    bits.slice(from, from + count).reduce((sum, bit) => sum * 2 + bit, 0);
  assert.equal(number(0, 4), 4, 'byte mode');
  return Buffer.from(Array.from({ length: number(4, 8) }, (_, i) => number(12 + i * 8, 8))).toString('utf8');
}

test('codes of one block read back', () => {
  for (const text of ['a', 'punktfunk', 'punktfunk://[fd12::8]:9777', 'x'.repeat(42)]) {
    const grid = qrCode(text);
    assert.equal(read(grid), text);
  }
});

test('longer texts take larger codes, and there is a limit', () => {
  assert.equal(qrCode('x'.repeat(14)).length, 21);
  assert.equal(qrCode('x'.repeat(15)).length, 25);
  assert.equal(qrCode('x'.repeat(213)).length, 57);
  assert.throws(() => qrCode('x'.repeat(214)), RangeError);
});

test('the path covers the dark cells', () => {
  assert.equal(
    qrPath([
      [true, true, false],
      [false, false, true],
    ]),
    'M0 0h2v1H0zM2 1h1v1H2z',
  );
});
