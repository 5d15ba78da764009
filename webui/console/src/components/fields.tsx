// What people type into and choose from.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { useUid } from './hooks';
import { Icon, type IconName } from './icon';
import { IconButton } from './parts';

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

interface Radios<V extends string> {
  legend: string;
  name: string;
  choices: readonly Choice<V>[];
  value: V;
  onValue(value: V): void;
  disabled?: boolean;
  // Below the choices: what belongs to the chosen one.
  children?: ComponentChildren;
}

// One of several. Arrow keys are the browser's.
function Radios<V extends string>(props: Radios<V> & { look: 'picks' | 'pills' }) {
  const { legend, name, choices, value, onValue, disabled = false, children, look } = props;
  const cards = look === 'picks';
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class={look}>
        {choices.map((choice) => (
          <label class={cards ? 'pick' : 'pill'} key={choice.value}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              disabled={disabled}
              onChange={() => onValue(choice.value)}
            />
            {cards ? (
              <span>
                <b>{choice.label}</b>
                {choice.hint ? <small>{choice.hint}</small> : null}
              </span>
            ) : (
              choice.label
            )}
          </label>
        ))}
      </div>
      {children}
    </fieldset>
  );
}

// As cards with a sentence each, or as pills.
export const Picks = <V extends string>(props: Radios<V>) => <Radios {...props} look="picks" />;
export const Pills = <V extends string>(props: Radios<V>) => <Radios {...props} look="pills" />;

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
