// Where the rectangles of the map of displays go: one row, to scale, largest mode sets the scale.

export interface Placed {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  width: number;
  height: number;
  boxes: Placed[];
}

const tallest = 144;
const gap = 24;
// A box has to hold its name.
const narrowest = 112;

export function sizeOf(mode: string): { width: number; height: number } | undefined {
  const found = /^(\d+)x(\d+)/.exec(mode);
  return found ? { width: Number(found[1]), height: Number(found[2]) } : undefined;
}

export function layout(modes: readonly string[]): Layout {
  const sizes = modes.map((mode) => sizeOf(mode) ?? { width: 1920, height: 1080 });
  const high = Math.max(1, ...sizes.map((size) => size.height));
  let x = 0;
  const boxes = sizes.map((size) => {
    const scale = tallest / high;
    const height = Math.max(56, Math.round(size.height * scale));
    const width = Math.max(narrowest, Math.round(size.width * scale));
    const box = { x, y: tallest - height, width, height };
    x += width + gap;
    return box;
  });
  return { width: Math.max(1, x - gap), height: tallest, boxes };
}
