// What the forms about the console password share.
import { bars, needed, strength } from '../api/strength';
import { t } from '../i18n';
import { PasswordField } from './fields';

// There is one account; password managers want a name for it all the same.
export function Account() {
  return (
    <input
      class="vh"
      type="text"
      autocomplete="username"
      value="operator"
      tabIndex={-1}
      readOnly
      aria-label={t('gate.account')}
    />
  );
}

// A new password, with how good it is.
export function NewPassword({
  label,
  value,
  onValue,
  error,
  big = false,
}: {
  label: string;
  value: string;
  onValue(value: string): void;
  error?: string | undefined;
  big?: boolean;
}) {
  const word = strength(value);
  const length = [...value].length;
  return (
    <PasswordField
      big={big}
      label={label}
      value={value}
      onValue={onValue}
      autocomplete="new-password"
      error={error}
      hint={word === 'short' ? t('setup.too_short', { n: needed - length }) : t(`setup.${word}`, { n: length })}
      meter={
        <div class="meter" aria-hidden="true">
          {[1, 2, 3, 4].map((bar) => (
            <i key={bar} class={bar <= bars[word] ? 'on' : undefined} />
          ))}
        </div>
      }
    />
  );
}
