// One measured value over the last minute. Silent for screen readers but for its label; the same values
// are in the table.
import { type Line, Plot } from '../../components/graph';
import { t } from '../../i18n';
import type { Scale } from './scale';

export interface NamedLine extends Line {
  // What it is, when there are several.
  name?: string;
}

interface Props {
  title: string;
  // The newest value and its unit, as text.
  now: string;
  unit: string;
  lines: readonly NamedLine[];
  scale: Scale;
  mark(value: number): string;
}

export function Graph({ title, now, unit, lines, scale, mark }: Props) {
  return (
    <figure class="card graph">
      <figcaption class="row wrap">
        <h3>{title}</h3>
        <span class="push row wrap">
          {lines.map((line) =>
            line.name ? (
              <span class="key" key={line.name}>
                <svg viewBox="0 0 16 8" aria-hidden="true">
                  <path class={`l${line.look}${line.dash ? ' dash' : ''}`} d="M0 4H16" />
                </svg>
                {line.name}
              </span>
            ) : null,
          )}
        </span>
      </figcaption>
      <p class="now">
        {now} <small>{unit}</small>
      </p>
      <Plot
        lines={lines}
        max={scale.top}
        min={scale.bottom}
        label={t('live.label', { title, now, unit })}
        text={mark}
        from={t('live.from')}
        to={t('live.now')}
      />
    </figure>
  );
}
