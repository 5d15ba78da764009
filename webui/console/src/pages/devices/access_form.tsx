// The part that all dialogs about access share: level, single rights, end.
import { useState } from 'preact/hooks';
import { hostNow } from '../../api/client';
import {
  type Choice,
  type End,
  type Grant,
  grantBits,
  grantNames,
  hour,
  levelOf,
  presetGrants,
  withGrant,
} from '../../api/access';
import type { Level } from '../../api/types';
import { Field, Picks, Pills, Switch } from '../../components/fields';
import type { IconName } from '../../components/icon';
import { type Key, t } from '../../i18n';
import { clockTime, duration } from '../../i18n/units';

const icons: Readonly<Record<Grant, IconName>> = {
  gamepad: 'pad',
  clipboard: 'clipboard',
  pointer: 'mouse',
  microphone: 'microphone',
  keyboard: 'keyboard',
  launch: 'play',
  power: 'power',
};

export const grantText = (grant: Grant): string => t(`access.${grant}`);
export const levelText = (level: Level): string => t(`level.${level}`);

type EndName = 'keep' | 'never' | 'disconnect' | '1h' | '4h' | '8h' | 'custom' | 'now';
const fixed: Readonly<Partial<Record<EndName, number>>> = {
  '1h': hour,
  '4h': 4 * hour,
  '8h': 8 * hour,
  now: 0,
};
const unitSeconds = { min: 60, h: hour, days: 24 * hour } as const;
type Unit = keyof typeof unitSeconds;

function nameOf(end: End): EndName {
  if (end.kind !== 'in') return end.kind;
  const found = (Object.keys(fixed) as EndName[]).find((name) => fixed[name] === end.seconds);
  return found ?? 'custom';
}

export interface Current {
  expiresUnix?: number | undefined;
  untilDisconnect: boolean;
  expired: boolean;
}

function endHint(choice: Choice, current: Current | undefined): string {
  const at = (unix: number): string => t('access.end_at', { time: clockTime(unix, hostNow()) });
  switch (choice.end.kind) {
    case 'never':
      return t('access.end_never');
    case 'disconnect':
      return t('access.end_disconnect');
    case 'in':
      if (choice.end.seconds === 0) return t('access.end_now');
      return current
        ? at(hostNow() + choice.end.seconds)
        : t('access.end_for', { time: duration(choice.end.seconds) });
    case 'keep':
      if (current?.expired) return t('access.end_over');
      if (current?.untilDisconnect) return t('access.end_disconnect');
      return current?.expiresUnix === undefined ? t('access.end_never') : at(current.expiresUnix);
  }
}

// current: the device's own end, when there is a device; without it a new access is chosen. refused: rights
// that the host does not give at all, with the reason.
export function AccessForm({
  choice,
  onChoice,
  current,
  refused = {},
}: {
  choice: Choice;
  onChoice(choice: Choice): void;
  current?: Current;
  refused?: Readonly<Partial<Record<Grant, string>>>;
}) {
  const [custom, setCustom] = useState({
    open: choice.end.kind === 'in' && nameOf(choice.end) === 'custom',
    amount: '2',
    unit: 'h' as Unit,
  });
  // The pick of Custom shows its switches although they may still match a level.
  const [own, setOwn] = useState(levelOf(choice.grants) === 'custom');
  const level: Level = own ? 'custom' : levelOf(choice.grants);
  const amount = Number(custom.amount);
  const badAmount = custom.open && !(Number.isInteger(amount) && amount >= 1 && amount <= 1000);
  const limited = current && (current.expiresUnix !== undefined || current.untilDisconnect);

  const pickEnd = (name: EndName): void => {
    setCustom({ ...custom, open: name === 'custom' });
    const seconds = fixed[name];
    if (seconds !== undefined) onChoice({ ...choice, end: { kind: 'in', seconds } });
    else if (name === 'custom')
      onChoice({ ...choice, end: { kind: 'in', seconds: (amount || 1) * unitSeconds[custom.unit] } });
    else onChoice({ ...choice, end: { kind: name as 'keep' | 'never' | 'disconnect' } });
  };
  const setOwnEnd = (next: { amount: string; unit: Unit }): void => {
    setCustom({ ...next, open: true });
    const count = Number(next.amount);
    if (Number.isInteger(count) && count >= 1 && count <= 1000) {
      onChoice({ ...choice, end: { kind: 'in', seconds: count * unitSeconds[next.unit] } });
    }
  };

  return (
    <>
      <Picks<Level>
        legend={t('access.level')}
        name="level"
        value={level}
        choices={(['full', 'controller', 'view', 'custom'] as const).map((value) => ({
          value,
          label: levelText(value),
          hint: t(`access.${value}_hint` as Key),
        }))}
        onValue={(value) => {
          setOwn(value === 'custom');
          if (value !== 'custom') onChoice({ ...choice, grants: presetGrants[value] });
        }}
      />
      <fieldset>
        <legend>{t('access.may')}</legend>
        <div class="grants">
          {grantNames.map((name) => (
            <Switch
              key={name}
              icon={icons[name]}
              label={grantText(name)}
              checked={(choice.grants & grantBits[name]) !== 0}
              reason={refused[name]}
              onChange={(on) => {
                const grants = withGrant(choice.grants, name, on);
                setOwn(levelOf(grants) === 'custom');
                onChoice({ ...choice, grants });
              }}
            />
          ))}
        </div>
      </fieldset>
      <Pills<EndName>
        legend={t('list.ends')}
        name="end"
        value={custom.open ? 'custom' : nameOf(choice.end)}
        choices={[
          ...(limited ? [{ value: 'keep' as const, label: t('access.keep') }] : []),
          { value: limited || !current ? 'never' : 'keep', label: t('list.never') },
          { value: 'disconnect', label: t('list.disconnect') },
          { value: '1h', label: t('access.hours', { n: 1 }) },
          { value: '4h', label: t('access.hours', { n: 4 }) },
          { value: '8h', label: t('access.hours', { n: 8 }) },
          { value: 'custom', label: t('access.custom') },
          ...(current ? [{ value: 'now' as const, label: t('access.now') }] : []),
        ]}
        onValue={pickEnd}
      >
        {custom.open ? (
          <div class="own-end">
            <Field label={t('access.amount')} error={badAmount ? t('access.bad_amount') : undefined}>
              {(attributes) => (
                <input
                  class="in num"
                  inputMode="numeric"
                  value={custom.amount}
                  onInput={(event) => setOwnEnd({ amount: event.currentTarget.value, unit: custom.unit })}
                  {...attributes}
                />
              )}
            </Field>
            <Field label={t('access.unit')}>
              {(attributes) => (
                <select
                  class="in"
                  value={custom.unit}
                  onChange={(event) =>
                    setOwnEnd({ amount: custom.amount, unit: event.currentTarget.value as Unit })
                  }
                  {...attributes}
                >
                  {(['min', 'h', 'days'] as const).map((unit) => (
                    <option key={unit} value={unit}>
                      {t(`access.unit_${unit}` as Key)}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          </div>
        ) : null}
        <p class="hint dim tiny">{endHint(choice, current)}</p>
      </Pills>
    </>
  );
}
