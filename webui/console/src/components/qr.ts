// QR codes (ISO/IEC 18004): byte mode, error correction level M, versions 1 to 10.

// Per version: codewords in total, parity codewords per block, blocks of each of the two sizes.
const layout: readonly (readonly [total: number, parity: number, short: number, long: number])[] = [
  [26, 10, 1, 0],
  [44, 16, 1, 0],
  [70, 26, 1, 0],
  [100, 18, 2, 0],
  [134, 24, 2, 0],
  [172, 16, 4, 0],
  [196, 18, 4, 0],
  [242, 22, 2, 2],
  [292, 22, 3, 2],
  [346, 26, 4, 1],
];
const alignment: readonly (readonly number[])[] = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
];

const exp = new Uint8Array(512);
const log = new Uint8Array(256);
for (let i = 0, x = 1; i < 255; ++i) {
  exp[i] = exp[i + 255] = x;
  log[x] = i;
  x = (x << 1) ^ (x & 0x80 ? 0x11d : 0);
}
const multiply = (a: number, b: number): number => (a && b ? exp[log[a]! + log[b]!]! : 0);

// The remainder of the data by the generator polynomial of that many roots.
export function parity(data: readonly number[], count: number): number[] {
  let generator = [1];
  for (let i = 0; i < count; ++i) {
    const next = new Array<number>(generator.length + 1).fill(0);
    generator.forEach((value, at) => {
      next[at]! ^= value;
      next[at + 1]! ^= multiply(value, exp[i]!);
    });
    generator = next;
  }
  const rest = [...data, ...new Array<number>(count).fill(0)];
  for (let i = 0; i < data.length; ++i) {
    const factor = rest[i]!;
    if (factor) generator.forEach((value, at) => (rest[i + at]! ^= multiply(value, factor)));
  }
  return rest.slice(data.length);
}

function codewords(bytes: Uint8Array): { version: number; words: number[] } {
  const version =
    1 +
    layout.findIndex(([total, parityWords, short, long], i) => {
      const room = total - parityWords * (short + long);
      return bytes.length + (i + 1 < 10 ? 2 : 3) <= room;
    });
  if (version === 0) throw new RangeError('too long for a QR code of version 10');
  const [total, parityWords, short, long] = layout[version - 1]!;
  const room = total - parityWords * (short + long);

  const bits: number[] = [];
  const put = (value: number, count: number): void => {
    for (let i = count - 1; i >= 0; --i) bits.push((value >> i) & 1);
  };
  put(4, 4); // byte mode
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, room * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const data: number[] = [];
  for (let i = 0; i < bits.length; i += 8)
    data.push(bits.slice(i, i + 8).reduce((sum, bit) => sum * 2 + bit, 0));
  for (let pad = 0xec; data.length < room; pad ^= 0xec ^ 0x11) data.push(pad);

  const size = Math.floor(room / (short + long));
  const blocks: number[][] = [];
  for (let i = 0, at = 0; i < short + long; ++i) {
    const length = size + (i >= short ? 1 : 0);
    blocks.push(data.slice(at, at + length));
    at += length;
  }
  const checks = blocks.map((block) => parity(block, parityWords));
  const words: number[] = [];
  for (let i = 0; i <= size; ++i) for (const block of blocks) if (i < block.length) words.push(block[i]!);
  for (let i = 0; i < parityWords; ++i) for (const check of checks) words.push(check[i]!);
  return { version, words };
}

const masks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

function remainder(value: number, polynomial: number, bits: number): number {
  let rest = value << bits;
  for (let i = 31; i >= bits; --i) if ((rest >>> i) & 1) rest ^= polynomial << (i - bits);
  return (value << bits) | rest;
}

function penalty(grid: readonly (readonly boolean[])[]): number {
  const size = grid.length;
  let sum = 0;
  let dark = 0;
  const at = (x: number, y: number, turned: boolean): boolean => (turned ? grid[x]![y]! : grid[y]![x]!);
  for (const turned of [false, true]) {
    for (let y = 0; y < size; ++y) {
      let run = 1;
      for (let x = 1; x <= size; ++x) {
        if (x < size && at(x, y, turned) === at(x - 1, y, turned)) {
          ++run;
        } else {
          if (run >= 5) sum += run - 2;
          run = 1;
        }
      }
      for (let x = 0; x + 11 <= size; ++x) {
        let text = '';
        for (let i = 0; i < 11; ++i) text += at(x + i, y, turned) ? '1' : '0';
        if (text === '10111010000' || text === '00001011101') sum += 40;
      }
    }
  }
  for (let y = 0; y < size; ++y) {
    for (let x = 0; x < size; ++x) {
      const cell = grid[y]![x]!;
      if (cell) ++dark;
      if (x && y && cell === grid[y]![x - 1] && cell === grid[y - 1]![x] && cell === grid[y - 1]![x - 1])
        sum += 3;
    }
  }
  return sum + Math.floor(Math.abs((dark * 100) / (size * size) - 50) / 5) * 10;
}

// The dark cells, row by row, without the quiet zone.
export function qrCode(text: string): boolean[][] {
  const { version, words } = codewords(new TextEncoder().encode(text));
  const size = 17 + 4 * version;
  const grid = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  const fixed = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  const set = (x: number, y: number, dark: boolean): void => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    grid[y]![x] = dark;
    fixed[y]![x] = true;
  };

  for (let i = 0; i < size; ++i) {
    set(i, 6, i % 2 === 0);
    set(6, i, i % 2 === 0);
  }
  for (const [cx, cy] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const) {
    for (let dy = -4; dy <= 4; ++dy) {
      for (let dx = -4; dx <= 4; ++dx) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy));
        set(cx + dx, cy + dy, ring !== 2 && ring !== 4);
      }
    }
  }
  const centres = alignment[version - 1]!;
  const end = centres[centres.length - 1];
  for (const cy of centres) {
    for (const cx of centres) {
      if ((cx === 6 && cy === 6) || (cx === 6 && cy === end) || (cx === end && cy === 6)) continue;
      for (let dy = -2; dy <= 2; ++dy) {
        for (let dx = -2; dx <= 2; ++dx) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
      }
    }
  }
  const format = (mask: number): void => {
    const bits = remainder(mask, 0x537, 10) ^ 0x5412; // level M is 00
    const bit = (i: number): boolean => ((bits >> i) & 1) === 1;
    for (let i = 0; i < 6; ++i) set(8, i, bit(i));
    set(8, 7, bit(6));
    set(8, 8, bit(7));
    set(7, 8, bit(8));
    for (let i = 9; i < 15; ++i) set(14 - i, 8, bit(i));
    for (let i = 0; i < 8; ++i) set(size - 1 - i, 8, bit(i));
    for (let i = 8; i < 15; ++i) set(8, size - 15 + i, bit(i));
    set(8, size - 8, true);
  };
  format(0);
  if (version >= 7) {
    const bits = remainder(version, 0x1f25, 12);
    for (let i = 0; i < 18; ++i) {
      const dark = ((bits >> i) & 1) === 1;
      set(size - 11 + (i % 3), Math.floor(i / 3), dark);
      set(Math.floor(i / 3), size - 11 + (i % 3), dark);
    }
  }

  let at = 0;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; ++step) {
      const up = ((right + 1) & 2) === 0;
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (fixed[y]![x]) continue;
        const word = words[at >> 3];
        grid[y]![x] = word !== undefined && ((word >> (7 - (at & 7))) & 1) === 1;
        ++at;
      }
    }
  }

  const flip = (mask: number): void => {
    for (let y = 0; y < size; ++y) {
      for (let x = 0; x < size; ++x) if (!fixed[y]![x] && masks[mask]!(x, y)) grid[y]![x] = !grid[y]![x];
    }
  };
  let best = 0;
  let least = Infinity;
  for (let mask = 0; mask < masks.length; ++mask) {
    flip(mask);
    format(mask);
    const score = penalty(grid);
    if (score < least) {
      least = score;
      best = mask;
    }
    flip(mask);
  }
  flip(best);
  format(best);
  return grid;
}

// The cells as one SVG path, one horizontal run after the other.
export function qrPath(grid: readonly (readonly boolean[])[]): string {
  let path = '';
  grid.forEach((row, y) => {
    for (let x = 0; x < row.length; ++x) {
      if (!row[x]) continue;
      let end = x;
      while (row[end]) ++end;
      path += `M${x} ${y}h${end - x}v1H${x}z`;
      x = end;
    }
  });
  return path;
}
