// Small parts: buttons, chips, cards, fields, and what a page shows before or instead of its contents.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { sentence } from '../api/errors';
import type { ApiError } from '../api/client';
import type { Snapshot } from '../api/resource';
import { t } from '../i18n';
import { A } from '../app/router';
import { useLasting, useUid } from './hooks';
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

// A labelled input. The input gets its id and what describes it.
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  children: (attributes: {
    id: string;
    'aria-describedby'?: string;
    'aria-invalid'?: 'true';
  }) => ComponentChildren;
}) {
  const id = useUid('f');
  const described = [hint ? `${id}-h` : '', error ? `${id}-e` : ''].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(described ? { 'aria-describedby': described } : {}),
        ...(error ? { 'aria-invalid': 'true' as const } : {}),
      })}
      {hint ? (
        <span class="hint" id={`${id}-h`}>
          {hint}
        </span>
      ) : null}
      {error ? (
        <span class="err" id={`${id}-e`} role="alert">
          <Icon name="failed" small />
          <span>{error}</span>
        </span>
      ) : null}
    </div>
  );
}

// A password with a button that shows it.
export function PasswordField({
  label,
  hint,
  error,
  value,
  onValue,
  autocomplete,
  big,
  meter,
}: {
  label: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  value: string;
  onValue(value: string): void;
  autocomplete: 'current-password' | 'new-password';
  big?: boolean;
  meter?: ComponentChildren;
}) {
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} error={error}>
      {(attributes) => (
        <>
          <span class="with-btn">
            <input
              class={big ? 'in big' : 'in'}
              type={shown ? 'text' : 'password'}
              autocomplete={autocomplete}
              autocapitalize="off"
              spellcheck={false}
              value={value}
              onInput={(event) => onValue(event.currentTarget.value)}
              {...attributes}
            />
            <IconButton
              icon="eye"
              label={t('password.show')}
              aria-pressed={shown}
              onClick={() => setShown(!shown)}
            />
          </span>
          {meter}
        </>
      )}
    </Field>
  );
}

export function Search({
  label,
  placeholder,
  value,
  onValue,
}: {
  label: string;
  placeholder: string;
  value: string;
  onValue(value: string): void;
}) {
  const id = useUid('q');
  return (
    <div class="search">
      <Icon name="search" small />
      <label class="vh" for={id}>
        {label}
      </label>
      <input
        id={id}
        class="in"
        type="search"
        data-search
        placeholder={placeholder}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </div>
  );
}

// on/off. reason: why it cannot be changed.
export function Switch({
  checked,
  onChange,
  label,
  icon,
  reason,
  disabled,
}: {
  checked: boolean;
  onChange(checked: boolean): void;
  label: ComponentChildren;
  icon?: IconName;
  reason?: string | undefined;
  disabled?: boolean;
}) {
  return (
    <label class="sw">
      {icon ? <Icon name={icon} /> : null}
      <span>
        {label}
        {reason ? <span class="dim tiny"> {reason}</span> : null}
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        disabled={disabled || reason !== undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </label>
  );
}

export interface Choice<V extends string> {
  value: V;
  label: string;
  hint?: string;
}

// One of several, as cards. Arrow keys are the browser's.
export function Picks<V extends string>({
  legend,
  name,
  choices,
  value,
  onValue,
}: {
  legend: string;
  name: string;
  choices: readonly Choice<V>[];
  value: V;
  onValue(value: V): void;
}) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class="picks">
        {choices.map((choice) => (
          <label class="pick" key={choice.value}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onValue(choice.value)}
            />
            <span>
              <b>{choice.label}</b>
              {choice.hint ? <small>{choice.hint}</small> : null}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

// One of several, as pills.
export function Pills<V extends string>({
  legend,
  name,
  choices,
  value,
  onValue,
  children,
}: {
  legend: string;
  name: string;
  choices: readonly Choice<V>[];
  value: V;
  onValue(value: V): void;
  children?: ComponentChildren;
}) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class="pills">
        {choices.map((choice) => (
          <label class="pill" key={choice.value}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onValue(choice.value)}
            />
            {choice.label}
          </label>
        ))}
      </div>
      {children}
    </fieldset>
  );
}

// Filters as links, so that each has its address.
export function FilterPills({
  label,
  pills,
}: {
  label: string;
  pills: readonly { href: string; current: boolean; text: ComponentChildren }[];
}) {
  return (
    <nav class="pills" aria-label={label}>
      {pills.map((pill) => (
        <A
          class="pill"
          key={pill.href}
          href={pill.href}
          {...(pill.current ? { 'aria-current': 'true' } : {})}
        >
          {pill.text}
        </A>
      ))}
    </nav>
  );
}

export function Tabs({
  label,
  tabs,
}: {
  label: string;
  tabs: readonly { href: string; current: boolean; text: string }[];
}) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <A key={tab.href} href={tab.href} {...(tab.current ? { 'aria-current': 'true' } : {})}>
          {tab.text}
        </A>
      ))}
    </nav>
  );
}

// Something to copy: a command, a link.
export function CopyField({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div class="cmd">
      <span>{text}</span>
      <IconButton
        icon={copied ? 'check' : 'copy'}
        label={copied ? t('copy.done') : label}
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => {
            setCopied(true);
            setTimeout(() => setCopied(false), 2000);
          });
        }}
      />
    </div>
  );
}

export function Banner({
  tone,
  icon,
  alert,
  children,
  action,
}: {
  tone?: 'warn' | 'danger';
  icon: IconName;
  alert?: boolean;
  children: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class={tone ? `banner ${tone}` : 'banner'} role={alert ? 'alert' : 'status'}>
      <Icon name={icon} />
      <p>{children}</p>
      {action}
    </div>
  );
}

// Says the next step, with its button.
export function Empty({
  icon,
  title,
  children,
  action,
}: {
  icon?: IconName;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="card empty">
      {icon ? <Bubble icon={icon} /> : null}
      <h3>{title}</h3>
      {children ? <p>{children}</p> : null}
      {action ? <div class="row wrap">{action}</div> : null}
    </div>
  );
}

// In the card that failed; the rest of the page goes on.
export function Failed({
  title,
  error,
  onRetry,
  busy,
}: {
  title: string;
  error: ApiError;
  onRetry(): void;
  busy?: boolean;
}) {
  return (
    <div class="card empty" role="alert">
      <Bubble icon="failed" tone="danger" />
      <h3>{title}</h3>
      <p>
        {sentence(error)} <code>{error.code}</code>
      </p>
      <div class="row wrap">
        <Button look="primary" onClick={onRetry} busy={busy ?? false}>
          {t('act.try_again')}
        </Button>
      </div>
    </div>
  );
}

// Grey shapes of the layout to come, after 200 ms.
export function Skeleton({ lines = 3 }: { lines?: number }) {
  const shown = useLasting(true, 200);
  if (!shown) return null;
  return (
    <div class="card stack l" aria-hidden="true">
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} class={`sk ${['w5', 'w8', 'w3', 'tall'][i % 4]}`} />
      ))}
    </div>
  );
}

// What every part of a page that shows a resource goes through: loading, failed, or there.
export function Loaded<T>({
  of,
  title,
  reload,
  children,
  lines,
}: {
  of: Snapshot<T>;
  title: string;
  reload(): void;
  lines?: number;
  children: (data: T) => ComponentChildren;
}) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <Failed title={title} error={of.error} onRetry={reload} busy={of.loading} />;
  return <Skeleton lines={lines ?? 3} />;
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
