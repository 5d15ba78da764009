// Drawn covers for applications without art: a palette and a pattern that follow from the title, so that
// an application looks the same everywhere and always.

export interface Palette {
  from: string;
  to: string;
  ink: string;
}

export type Shape =
  | { kind: 'rect'; x: number; y: number; width: number; height: number; opacity: number }
  | { kind: 'path'; d: string; opacity: number }
  | { kind: 'ring'; x: number; y: number; r: number; opacity: number }
  | { kind: 'dot'; x: number; y: number; r: number; opacity: number };

const palettes: readonly Palette[] = [
  { from: '#e2694a', to: '#5b1f3d', ink: '#ffd7a8' },
  { from: '#2f7d6b', to: '#10303d', ink: '#d5f2d0' },
  { from: '#c79a4b', to: '#5a2f22', ink: '#fff0cf' },
  { from: '#3d4a8f', to: '#12142e', ink: '#a9c1ff' },
  { from: '#6f9f4a', to: '#254128', ink: '#eaf7c8' },
  { from: '#7a4b66', to: '#241a33', ink: '#f0c9dd' },
  { from: '#28506e', to: '#0e1c2b', ink: '#b8dcf5' },
  { from: '#b5563f', to: '#3a2030', ink: '#ffdcb0' },
  { from: '#8a7a3a', to: '#2b2a1c', ink: '#fff2a8' },
  { from: '#4b4f57', to: '#17191d', ink: '#e8eeec' },
];

// FNV-1a over the code units, then a xorshift: even small changes of a title move everything.
function seeded(title: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < title.length; ++i) state = Math.imul(state ^ title.charCodeAt(i), 0x01000193) >>> 0;
  state ||= 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 0x1_0000_0000;
  };
}

function bars(next: () => number): Shape[] {
  return Array.from({ length: 9 }, (_, i) => {
    const height = 32 + Math.round(next() * 112);
    return { kind: 'rect', x: 8 + i * 17, y: 200 - height, width: 9, height, opacity: 0.28 + next() * 0.42 };
  });
}

function waves(next: () => number): Shape[] {
  return [0, 1, 2, 3].map((i) => {
    const y = 105 + i * 32 + next() * 14;
    const dip = y - 18 - next() * 20;
    const at = 32 + next() * 28;
    const n = (value: number): number => Math.round(value);
    return {
      kind: 'path',
      d: `M0 ${n(y)}Q${n(at)} ${n(dip)} 84 ${n(y - 2)}T160 ${n(y - 10)}V240H0z`,
      opacity: 0.16 + i * 0.14,
    };
  });
}

function peaks(next: () => number): Shape[] {
  return Array.from({ length: 6 }, () => {
    const half = 28 + next() * 30;
    const x = 16 + next() * 128;
    const y = 30 + next() * 110;
    const n = (value: number): number => Math.round(value);
    return {
      kind: 'path',
      d: `M${n(x)} ${n(y)}L${n(x + half)} ${n(y + half * 1.7)}H${n(x - half)}z`,
      opacity: 0.13 + next() * 0.22,
    };
  });
}

function rings(next: () => number): Shape[] {
  const x = 60 + next() * 60;
  const y = 80 + next() * 60;
  return Array.from({ length: 8 }, (_, i) => ({ kind: 'ring', x, y, r: 14 + i * 20, opacity: 0.62 - i * 0.07 }));
}

function dots(next: () => number): Shape[] {
  return Array.from({ length: 54 }, (_, i) => ({
    kind: 'dot',
    x: 20 + (i % 6) * 24,
    y: 24 + Math.floor(i / 6) * 24,
    r: 1 + Math.round(next() * next() * 80) / 10,
    opacity: 0.6,
  }));
}

const patterns = [bars, waves, peaks, rings, dots];

export function drawnCover(title: string): { palette: Palette; shapes: Shape[] } {
  const next = seeded(title);
  next();
  const palette = palettes[Math.floor(next() * palettes.length)]!;
  const pattern = patterns[Math.floor(next() * patterns.length)]!;
  return { palette, shapes: pattern(next) };
}
