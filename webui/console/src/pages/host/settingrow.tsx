// One setting: its name, what it does and when it applies, its control, and what decides its value.
import { useEffect, useState } from 'preact/hooks';
import { asApiError, sentence } from '../../api/errors';
import { Cancelled, gated } from '../../api/password';
import { useUid } from '../../components/hooks';
import { HostText } from '../../components/hosttext';
import { Icon } from '../../components/icon';
import { Button, Chip } from '../../components/parts';
import { toast } from '../../components/toast';
import { t, tMaybe, type Key } from '../../i18n';
import { settings as resource } from './resources';
import { isChanged, isLocked, marked, type Scalar, type Setting, typed } from './model';

const applies: Readonly<Record<Setting['apply'], Key>> = {
  now: 'set.applies.now',
  next_session: 'set.applies.next',
  restart: 'set.applies.restart',
};

// What the console calls a setting; the host's own words for one that it does not know.
export function settingName(setting: Setting): string {
  const words = setting.id.replaceAll('_', ' ');
  return tMaybe(`setting.${setting.id}`) ?? words.charAt(0).toUpperCase() + words.slice(1);
}

function optionName(setting: Setting, option: string): string {
  return tMaybe(`setting.${setting.id}.${option}`) ?? tMaybe(`option.${option}`) ?? option;
}

export function valueText(setting: Setting, value: Scalar): string {
  if (setting.kind === 'bool') return value === true ? t('set.on') : t('set.off');
  if (setting.kind === 'enum') return optionName(setting, String(value));
  if (value === '') return t('set.empty');
  return setting.unit ? t('set.with_unit', { value: String(value), unit: setting.unit }) : String(value);
}

function Marked({ text, search }: { text: string; search: string }) {
  return (
    <>
      {marked(text, search).map(([part, hit], i) => (hit ? <mark key={i}>{part}</mark> : part))}
    </>
  );
}

interface Props {
  setting: Setting;
  search?: string;
  // For If-Match: the version of the settings that the person sees.
  etag?: string | undefined;
}

interface Conflict {
  mine: Scalar;
}

export function SettingRow({ setting, search = '', etag }: Props) {
  const id = useUid('set');
  const name = settingName(setting);
  // What the host asks the password for, where it does.
  const why = tMaybe(`setting.${setting.id}.help`) ?? name;
  const locked = isLocked(setting);
  const [text, setText] = useState(String(setting.stored ?? setting.value));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [conflict, setConflict] = useState<Conflict>();
  // What was in force when the person began to type; another value by now is somebody else's change.
  const [seen, setSeen] = useState<Scalar>(setting.value);
  const [typing, setTyping] = useState(false);

  useEffect(() => {
    if (typing) return;
    setText(String(setting.value));
    setSeen(setting.value);
  }, [setting.value, typing]);

  async function save(value: Scalar | null, force = false): Promise<void> {
    const before = setting.stored;
    setBusy(true);
    setProblem(undefined);
    try {
      // Another setting may have changed since; only a change of this one is a conflict.
      let version = etag;
      for (;;) {
        try {
          await gated('PATCH', '/settings', { [setting.id]: value }, why, version);
          break;
        } catch (error) {
          if (asApiError(error).status !== 412) throw error;
          await resource.reload();
          const now = resource.get().data?.settings.find((row) => row.id === setting.id);
          if (!force && now && now.value !== seen) {
            if (value !== null) setConflict({ mine: value });
            return;
          }
          version = resource.get().etag;
        }
      }
      setConflict(undefined);
      setTyping(false);
      await resource.reload();
      toast(t('set.saved', { name }), {
        text: t('act.undo'),
        run: () =>
          void gated('PATCH', '/settings', { [setting.id]: before ?? null }, why).then(
            resource.reload,
            () => undefined,
          ),
      });
    } catch (error) {
      if (!(error instanceof Cancelled)) setProblem(sentence(error));
    } finally {
      setBusy(false);
    }
  }

  function commit(): void {
    const value = typed(setting, text);
    if (value === undefined) {
      setProblem(t('set.bad_value'));
      return;
    }
    setProblem(undefined);
    if (value === setting.value) setTyping(false);
    // It changed while the person typed: nothing is overwritten without asking.
    else if (setting.value !== seen) setConflict({ mine: value });
    else void save(value);
  }

  const common = {
    id,
    disabled: locked || busy,
    'aria-describedby': problem ? `${id}-h ${id}-e` : `${id}-h`,
    ...(problem ? { 'aria-invalid': 'true' as const } : {}),
  };

  function control() {
    switch (setting.kind) {
      case 'bool':
        return (
          <label class="sw">
            <input
              {...common}
              type="checkbox"
              role="switch"
              checked={setting.value === true}
              onChange={(event) => void save(event.currentTarget.checked)}
            />
            <span class="small soft">{setting.value === true ? t('set.on') : t('set.off')}</span>
          </label>
        );
      case 'enum':
        return (
          <select
            {...common}
            class="in"
            value={String(setting.value)}
            onChange={(event) => void save(event.currentTarget.value)}
          >
            {(setting.options ?? []).map((option) => (
              <option key={option} value={option}>
                {optionName(setting, option)}
              </option>
            ))}
          </select>
        );
      default:
        return (
          <span class="pair">
            <input
              {...common}
              class={setting.kind === 'int' ? 'in num' : 'in'}
              type="text"
              {...(setting.kind === 'int' ? { inputMode: 'numeric' as const } : {})}
              autocomplete="off"
              spellcheck={false}
              value={text}
              onInput={(event) => {
                setTyping(true);
                setText(event.currentTarget.value);
              }}
              onBlur={() => {
                if (typing) commit();
              }}
              onKeyDown={(event) => {
                if (event.key === 'Enter') commit();
                if (event.key === 'Escape') {
                  setTyping(false);
                  setProblem(undefined);
                }
              }}
            />
            {setting.unit ? <span class="soft small nowrap">{setting.unit}</span> : null}
          </span>
        );
    }
  }

  const help = tMaybe(`setting.${setting.id}.help`);
  return (
    <li class="set" data-setting={setting.id}>
      <div>
        <label for={id}>
          <Marked text={name} search={search} />
        </label>
        <p id={`${id}-h`}>
          {help ?? <HostText>{setting.help}</HostText>} {t(applies[setting.apply])}
        </p>
        {setting.restart_pending ? (
          <p>
            <Chip tone="warn" icon="again">
              {t('set.pending')}
            </Chip>
          </p>
        ) : null}
      </div>
      <div class="stack">
        {control()}
        {problem ? (
          <span class="field">
            <span class="err" id={`${id}-e`} role="alert">
              <Icon name="failed" small />
              <span>
                {problem} <HostText>{setting.allowed}</HostText>
              </span>
            </span>
          </span>
        ) : null}
        {conflict ? (
          <div class="stack" role="alert">
            <span class="small">
              {t('set.conflict', { theirs: valueText(setting, setting.value), mine: valueText(setting, conflict.mine) })}
            </span>
            <span class="row wrap">
              <Button
                small
                onClick={() => {
                  setConflict(undefined);
                  setTyping(false);
                }}
              >
                {t('set.keep_theirs')}
              </Button>
              <Button small busy={busy} onClick={() => void save(conflict.mine, true)}>
                {t('set.use_mine')}
              </Button>
            </span>
          </div>
        ) : null}
      </div>
      <div class="origin">
        {locked ? (
          <>
            <Chip tone="info" icon="lock">
              {t(setting.source === 'environment' ? 'set.origin.environment' : 'set.origin.flag')}
            </Chip>
            <code>
              <Marked text={setting.origin ?? setting.env} search={search} />
            </code>
            {setting.stored !== undefined && setting.stored !== setting.value ? (
              <span>{t('set.behind', { value: valueText(setting, setting.stored) })}</span>
            ) : null}
          </>
        ) : (
          <>
            <Chip tone="line">{t(isChanged(setting) ? 'set.origin.here' : 'set.origin.default')}</Chip>
            {search !== '' && !name.toLowerCase().includes(search.trim().toLowerCase()) ? (
              <code>
                <Marked text={setting.env} search={search} />
              </code>
            ) : null}
          </>
        )}
        {isChanged(setting) ? (
          <button
            class="linkbtn"
            type="button"
            aria-label={t('set.back_named', { name, value: valueText(setting, setting.default) })}
            title={t('set.back_to', { value: valueText(setting, setting.default) })}
            onClick={() => void save(null, true)}
          >
            {t('set.back')}
          </button>
        ) : null}
      </div>
    </li>
  );
}
