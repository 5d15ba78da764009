// A table of records. On a phone each record becomes a block of its own, with the names of the columns
// beside the values; the roles of a table stay.
import type { ComponentChildren } from 'preact';

export interface Column<R> {
  title: string;
  // Its head is spoken only, and a block on a phone does not name it.
  quiet?: boolean;
  num?: boolean;
  mono?: boolean;
  // Nothing: the block on a phone leaves the line out.
  cell(row: R): ComponentChildren;
}

export function Table<R>({
  label,
  columns,
  rows,
  keyOf,
}: {
  label: string;
  // The first one names the record.
  columns: readonly Column<R>[];
  rows: readonly R[];
  keyOf(row: R): string | number;
}) {
  return (
    <div class="card flush">
      <div class="scroll" role="region" aria-label={label} tabIndex={0}>
        <table class="lines" role="table">
          <thead role="rowgroup">
            <tr role="row">
              {columns.map(({ title, quiet, num }) => (
                <th key={title} role="columnheader" scope="col" class={num ? 'num' : undefined}>
                  {quiet ? <span class="vh">{title}</span> : title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {rows.map((row) => (
              <tr role="row" key={keyOf(row)}>
                {columns.map((column, i) => {
                  const inside = column.cell(row);
                  if (i === 0) {
                    return (
                      <th key={column.title} role="rowheader" scope="row">
                        {inside}
                      </th>
                    );
                  }
                  const looks = [column.num ? 'num' : '', column.mono ? 'mono' : '', inside ? '' : 'void'];
                  return (
                    <td key={column.title} role="cell" class={looks.filter(Boolean).join(' ') || undefined}>
                      {column.quiet ? null : (
                        <span class="lbl" aria-hidden="true">
                          {column.title}
                        </span>
                      )}
                      {inside || <span class="none">–</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
