// Small parts: buttons, chips, bubbles, heads of pages and sections.
import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icon';

type ButtonLook = 'primary' | 'danger' | 'destroy' | 'ghost' | 'plain';

type ButtonProps = Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'icon'> & {
  look?: ButtonLook;
  small?: boolean;
  wide?: boolean;
  icon?: IconName;
  // Works on it: stays focusable, keeps its width, does nothing.
  busy?: boolean;
  // Cannot be used now: stays focusable; title says why.
  off?: boolean;
  children?: ComponentChildren;
};

export function Button({
  look = 'plain',
  small,
  wide,
  icon,
  busy,
  off,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  const names = ['btn', look === 'plain' ? '' : look, small ? 'sm' : '', wide ? 'wide' : ''];
  const idle = !busy && !off;
  return (
    <button
      class={names.filter(Boolean).join(' ')}
      type={type}
      {...rest}
      {...(idle ? {} : { 'aria-disabled': 'true' })}
      onClick={(event) => {
        if (idle) onClick?.(event);
        else event.preventDefault();
      }}
    >
      {busy ? <Icon name="again" small tone="spin" /> : icon ? <Icon name={icon} small /> : null}
      {children}
    </button>
  );
}

// A square button with an icon; its label is spoken and shown on hover.
export function IconButton({
  icon,
  label,
  title = label,
  ...rest
}: Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'icon' | 'label' | 'title'> & {
  icon: IconName;
  label: string;
  title?: string;
}) {
  return (
    <button class="ib" type="button" aria-label={label} title={title} {...rest}>
      <Icon name={icon} />
    </button>
  );
}

export type Tone = 'ok' | 'warn' | 'danger' | 'info' | 'line' | 'plain';

export function Chip({
  tone = 'plain',
  icon,
  point,
  children,
}: {
  tone?: Tone;
  icon?: IconName;
  point?: boolean | 'hollow';
  children: ComponentChildren;
}) {
  const dot = tone === 'ok' ? 'live' : tone === 'warn' || tone === 'danger' ? tone : '';
  return (
    <span class={tone === 'plain' ? 'chip' : `chip ${tone}`}>
      {point ? <span class={`pt ${point === 'hollow' ? 'hollow' : dot}`} /> : null}
      {icon ? <Icon name={icon} /> : null}
      {children}
    </span>
  );
}

export function Bubble({ icon, tone }: { icon: IconName; tone?: 'ok' | 'warn' | 'danger' | 'info' }) {
  return (
    <span class={tone ? `bubble ${tone}` : 'bubble'}>
      <Icon name={icon} />
    </span>
  );
}

export function PageHead({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <div class="page-head">
      <div>
        <h1>{title}</h1>
        {lead ? <p>{lead}</p> : null}
      </div>
      {children ? <div class="acts">{children}</div> : null}
    </div>
  );
}

// A part of a page, named by its heading. hot: somebody should act.
export function Section({
  id,
  title,
  count,
  hot,
  note,
  acts,
  children,
}: {
  id: string;
  title: string;
  count?: number;
  hot?: boolean;
  note?: ComponentChildren;
  acts?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="sec" id={id} aria-labelledby={`h-${id}`}>
      <div class="sec-head">
        <h2 id={`h-${id}`}>{title}</h2>
        {count === undefined ? null : <span class={hot ? 'count hot' : 'count'}>{count}</span>}
        {note ? <p>{note}</p> : null}
        {acts ? <div class="acts">{acts}</div> : null}
      </div>
      {children}
    </section>
  );
}

// Words in groups of four, as clients show them; spoken group by group.
export function Fingerprint({ hex, label, small }: { hex: string; label: string; small?: boolean }) {
  const groups = hex.match(/.{4}/g) ?? [hex];
  return (
    <p
      class={small ? 'fp-block fp-small' : 'fp-block'}
      role="img"
      aria-label={`${label}: ${groups.join(' ')}`}
    >
      {groups.map((group, i) => (
        <span key={i}>{group}</span>
      ))}
    </p>
  );
}
