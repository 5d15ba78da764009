// Which encoder made a real picture of which format, and why the others did not.
import { useState } from 'preact/hooks';
import { hostNow, post } from '../../api/client';
import { sentence } from '../../api/errors';
import { useResource } from '../../api/resource';
import { HostText } from '../../components/hosttext';
import { Icon } from '../../components/icon';
import { codecName, encoderName } from '../../components/names';
import { Button, Chip, Section } from '../../components/parts';
import { Empty, Loaded } from '../../components/states';
import { t } from '../../i18n';
import { number, relativeTime } from '../../i18n/units';
import { type Cell, type Column, matrixOf } from './matrix';
import { encoders, type EncoderRow } from './resources';

function columnName(column: Column): string {
  const codec = codecName(column.codec);
  if (column.tenBit && column.fullChroma) return t('enc.ten_444', { codec });
  if (column.tenBit) return t('enc.ten', { codec });
  return column.fullChroma ? t('enc.444', { codec }) : codec;
}

// tight: many columns; what is not possible is then said by its mark and number alone.
function CellView({ cell, tight }: { cell: Cell; tight: boolean }) {
  if (cell.state === 'works')
    return (
      <td class="y">
        <span>
          <Icon name="check" small />
          <span class="vh">{t('enc.passed')}</span>
          {cell.frameUs === undefined ? '' : t('unit.in_ms', { value: number(cell.frameUs / 1000, cell.frameUs < 9950 ? 1 : 0) })}
        </span>
      </td>
    );
  if (cell.state === 'unknown')
    return (
      <td class="n">
        <span class="vh">{t('enc.unknown')}</span>
      </td>
    );
  return (
    <td class="n">
      <span>
        <Icon name="minus" small />
        <span class={tight ? 'vh' : undefined}>{t('enc.not')}</span>
        {cell.reason === undefined ? null : (
          <a href={`#reason-${cell.reason}`} aria-label={t('enc.reason', { n: cell.reason })}>
            {cell.reason}
          </a>
        )}
      </span>
    </td>
  );
}

function state(row: EncoderRow) {
  const works = row.codecs.some((format) => format.ok);
  if (row.in_use)
    return (
      <Chip tone="ok" point>
        {t('enc.in_use')}
      </Chip>
    );
  if (!works) return <Chip tone="line">{t('enc.unusable')}</Chip>;
  return <Chip>{row.hardware ? t('enc.ready') : t('enc.last')}</Chip>;
}

function Matrix({ rows }: { rows: readonly EncoderRow[] }) {
  const matrix = matrixOf(rows);
  return (
    <div class="card flush">
      <div class="scroll" role="region" aria-label={t('enc.table')} tabIndex={0}>
        <table class="mx">
          <thead>
            <tr>
              <th scope="col">{t('enc.encoder')}</th>
              {matrix.columns.map((column) => (
                <th scope="col" key={columnName(column)}>
                  {columnName(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.rows.map(({ encoder, cells }) => (
              <tr key={encoder.name}>
                <th scope="row">
                  <b>{encoderName(encoder.name)}</b> {state(encoder)}
                  <br />
                  <span class="dim tiny">
                    {encoder.device ?? (encoder.hardware ? t('enc.hardware') : t('enc.processor'))}
                  </span>
                </th>
                {cells.map((cell, i) => (
                  <CellView key={i} cell={cell} tight={matrix.columns.length > 6} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {matrix.reasons.length > 0 ? (
        <ol class="reasons">
          {matrix.reasons.map((reason, i) => (
            <li key={i} id={`reason-${i + 1}`}>
              <b>{i + 1}</b>
              <span>
                {/* Some reasons begin with the name themselves. */}
                {reason.text.startsWith(reason.encoder) ? null : `${encoderName(reason.encoder)}: `}
                <HostText>{reason.text}</HostText>
              </span>
            </li>
          ))}
        </ol>
      ) : null}
    </div>
  );
}

export function EncoderMatrix() {
  const snapshot = useResource(encoders);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const probed = snapshot.data?.probed_unix;

  async function again(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await post('/diagnostics/refresh', { id: 'encoder' });
      await encoders.reload();
    } catch (error) {
      setProblem(sentence(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Section
      id="encoders"
      title={t('enc.title')}
      note={probed === undefined ? t('enc.note') : t('enc.note_when', { when: relativeTime(probed, hostNow()) })}
      acts={
        <Button small icon="again" busy={busy} onClick={() => void again()}>
          {t('enc.again')}
        </Button>
      }
    >
      {problem ? (
        <p class="small" role="alert">
          {problem}
        </p>
      ) : null}
      <Loaded of={snapshot} title={t('enc.failed')} reload={() => void encoders.reload()} lines={4}>
        {(data) =>
          data.encoders.length === 0 ? (
            <Empty icon="clock" title={t('enc.trying')}>
              {t('enc.trying_text')}
            </Empty>
          ) : (
            <Matrix rows={data.encoders} />
          )
        }
      </Loaded>
    </Section>
  );
}
