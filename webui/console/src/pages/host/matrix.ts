// The encoders' formats as a table: one column per format that any of them knows, numbered reasons below.
import type { EncoderFormat, EncoderRow } from './resources';

export interface Column {
  codec: string;
  tenBit: boolean;
  fullChroma: boolean;
}

export type Cell =
  | { state: 'works'; frameUs?: number }
  // reason: its number in the list below.
  | { state: 'not'; reason?: number }
  // Nothing is known about this format for this encoder.
  | { state: 'unknown' };

export interface Reason {
  encoder: string;
  text: string;
}

export interface Matrix {
  columns: Column[];
  rows: { encoder: EncoderRow; cells: Cell[] }[];
  reasons: Reason[];
}

const codecOrder = ['h264', 'hevc', 'av1'];
const rank = (column: Column): number =>
  (codecOrder.indexOf(column.codec) + 1 || codecOrder.length + 1) * 4 +
  (column.fullChroma ? 2 : 0) +
  (column.tenBit ? 1 : 0);

const columnOf = (format: EncoderFormat): Column => ({
  codec: format.codec,
  tenBit: format.ten_bit ?? false,
  fullChroma: format.full_chroma ?? false,
});
const same = (a: Column, b: Column): boolean =>
  a.codec === b.codec && a.tenBit === b.tenBit && a.fullChroma === b.fullChroma;

export function matrixOf(encoders: readonly EncoderRow[]): Matrix {
  const columns: Column[] = [];
  for (const encoder of encoders)
    for (const format of encoder.codecs) {
      const column = columnOf(format);
      if (!columns.some((known) => same(known, column))) columns.push(column);
    }
  columns.sort((a, b) => rank(a) - rank(b));

  const reasons: Reason[] = [];
  const numberOf = (encoder: string, text: string): number => {
    const known = reasons.findIndex((reason) => reason.encoder === encoder && reason.text === text);
    return known < 0 ? reasons.push({ encoder, text }) : known + 1;
  };
  const rows = encoders.map((encoder) => ({
    encoder,
    cells: columns.map((column): Cell => {
      const format = encoder.codecs.find((candidate) => same(columnOf(candidate), column));
      if (!format) return { state: 'unknown' };
      if (format.ok) return { state: 'works', ...(format.frame_us === undefined ? {} : { frameUs: format.frame_us }) };
      return { state: 'not', ...(format.reason ? { reason: numberOf(encoder.name, format.reason) } : {}) };
    }),
  }));
  return { columns, rows, reasons };
}
