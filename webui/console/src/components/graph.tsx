// Lines over the last minute. A value that is not known is a gap, not a zero.

export type Series = readonly (number | undefined)[];

// The path of a series in a box; values from 0 at the bottom to max at the top.
export function linePath(
  series: Series,
  width: number,
  top: number,
  bottom: number,
  max: number,
  min = 0,
): string {
  const step = series.length > 1 ? width / (series.length - 1) : 0;
  let path = '';
  let pen = false;
  series.forEach((value, i) => {
    if (value === undefined) {
      pen = false;
      return;
    }
    const share = max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0;
    const y = bottom - share * (bottom - top);
    path += `${pen ? 'L' : 'M'}${+(i * step).toFixed(1)} ${+y.toFixed(1)}`;
    pen = true;
  });
  return path;
}

// The surface under a series, one piece for each run without gaps.
export function areaPath(series: Series, width: number, top: number, bottom: number, max: number): string {
  const step = series.length > 1 ? width / (series.length - 1) : 0;
  let path = '';
  let start: number | undefined;
  const closeAt = (i: number): void => {
    if (start === undefined) return;
    path += `L${+(i * step).toFixed(1)} ${bottom}L${+(start * step).toFixed(1)} ${bottom}z`;
    start = undefined;
  };
  series.forEach((value, i) => {
    if (value === undefined) return closeAt(i - 1);
    const y = bottom - (max > 0 ? Math.min(1, value / max) : 0) * (bottom - top);
    path += `${start === undefined ? 'M' : 'L'}${+(i * step).toFixed(1)} ${+y.toFixed(1)}`;
    start ??= i;
  });
  closeAt(series.length - 1);
  return path;
}

// A round number not below the value: 1, 2, 5 and so on.
export function niceMax(value: number): number {
  if (!(value > 0)) return 1;
  const size = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 2, 5, 10]) if (value <= factor * size) return factor * size;
  return 10 * size;
}

// The small graph of a stream tile: p50 as a line, p99 as dashes, and a bar where packets were lost.
export function Sparkline({
  p50,
  p99,
  lost,
  label,
}: {
  p50: Series;
  p99: Series;
  lost: readonly boolean[];
  label: string;
}) {
  const max = niceMax(
    Math.max(0, ...[...p50, ...p99].filter((value): value is number => value !== undefined)),
  );
  const step = lost.length > 1 ? 300 / (lost.length - 1) : 0;
  return (
    <svg class="spark" viewBox="0 0 300 52" preserveAspectRatio="none" role="img" aria-label={label}>
      <path class="gl" d="M0 46H300" />
      <path class="a1" d={areaPath(p99, 300, 4, 46, max)} />
      <path class="l1 dash" d={linePath(p99, 300, 4, 46, max)} />
      <path class="l1" d={linePath(p50, 300, 4, 46, max)} />
      {lost.map((bad, i) =>
        bad ? <rect key={i} class="hit" x={(i * step - 1.5).toFixed(1)} y="48" width="3" height="4" /> : null,
      )}
    </svg>
  );
}

export interface Line {
  series: Series;
  // Which look: 1, 2 or 3; dashed.
  look: 1 | 2 | 3;
  dash?: boolean;
  // The surface below it is filled; without one, that of the first line.
  area?: boolean;
}

// A graph with three grid values. The axis starts at zero unless min is given; only then there is no area.
export function Plot({
  lines,
  max,
  min = 0,
  label,
  text,
  from,
  to,
}: {
  lines: readonly Line[];
  max: number;
  min?: number;
  label: string;
  text(value: number): string;
  from: string;
  to: string;
}) {
  const filled = lines.find((line) => line.area) ?? lines[0];
  return (
    <div class="plot">
      <svg viewBox="0 0 600 88" preserveAspectRatio="none" role="img" aria-label={label}>
        <path class="gl" d="M0 0H600M0 44H600M0 88H600" />
        {min === 0 && filled ? (
          <path class={`a${filled.look === 2 ? 2 : 1}`} d={areaPath(filled.series, 600, 0, 88, max)} />
        ) : null}
        {lines.map((line, i) => (
          <path
            key={i}
            class={`l${line.look}${line.dash ? ' dash' : ''}`}
            d={linePath(line.series, 600, 0, 88, max, min)}
          />
        ))}
      </svg>
      <span class="y" aria-hidden="true">
        <span>{text(max)}</span>
        <span>{text((max + min) / 2)}</span>
        <span>{text(min)}</span>
      </span>
      <span class="x" aria-hidden="true">
        <span>{from}</span>
        <span>{to}</span>
      </span>
    </div>
  );
}
