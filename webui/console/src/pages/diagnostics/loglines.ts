// The lines that the log viewer holds, and which of them it shows.

export interface LogLine {
  seq: number;
  ts_ms: number;
  level: 'debug' | 'info' | 'warn' | 'error';
  target: string;
  msg: string;
}

export const levels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

const most = 2000;

// Newer lines behind the known ones, without doubles, and not more than a page can hold.
export function append(known: readonly LogLine[], more: readonly LogLine[]): LogLine[] {
  const last = known[known.length - 1]?.seq ?? -1;
  const fresh = more.filter((line) => line.seq > last);
  if (fresh.length === 0) return known as LogLine[];
  return [...known, ...fresh].slice(-most);
}

export function shown(lines: readonly LogLine[], level: Level, search: string): LogLine[] {
  const least = levels.indexOf(level);
  const wanted = search.trim().toLowerCase();
  return lines.filter(
    (line) =>
      levels.indexOf(line.level) >= least &&
      (wanted === '' || line.msg.toLowerCase().includes(wanted) || line.target.toLowerCase().includes(wanted)),
  );
}
