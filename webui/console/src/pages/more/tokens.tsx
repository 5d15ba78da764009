// Tokens: how programs come in without the password.
import { useState } from 'preact/hooks';
import { hostNow, remove } from '../../api/client';
import { sentence } from '../../api/errors';
import { Cancelled, gated } from '../../api/password';
import { createResource, useResource } from '../../api/resource';
import { setQuery, usePlace } from '../../app/router';
import { Confirm } from '../../components/confirm';
import { Dialog, FormFoot } from '../../components/dialog';
import { CopyField, Field, Picks, Pills } from '../../components/fields';
import { Bubble, Button, Chip, Section } from '../../components/parts';
import { Banner, Loaded } from '../../components/states';
import { T } from '../../components/text';
import { toast } from '../../components/toast';
import { t } from '../../i18n';
import { exactTime, relativeTime } from '../../i18n/units';

const scopes = ['read', 'control', 'admin'] as const;
type Scope = (typeof scopes)[number];
const day = 86_400;
const lives = { d30: 30 * day, d90: 90 * day, d365: 365 * day, never: 0 } as const;
type Life = keyof typeof lives;

interface Token {
  id: number;
  name: string;
  scope: Scope;
  created_unix: number;
  expires_unix?: number;
  last_unix?: number;
  expired: boolean;
}

const tokens = createResource<{ tokens: Token[] }>('/tokens');

function Row({ token }: { token: Token }) {
  const { name } = token;
  const now = hostNow();
  return (
    <li class="att">
      <Bubble icon="lock" />
      <div>
        <h3>
          {name} <Chip tone="line">{t(`token.scope.${token.scope}`)}</Chip>{' '}
          {token.expired ? (
            <Chip tone="warn" point="hollow">
              {t('list.over')}
            </Chip>
          ) : null}
        </h3>
        <p class="row wrap">
          <span>{t('token.made_at', { time: exactTime(token.created_unix) })}</span>
          <span>
            {token.expires_unix === undefined
              ? t('token.no_end')
              : t('token.until', { time: exactTime(token.expires_unix) })}
          </span>
          <span>
            {token.last_unix === undefined
              ? t('token.unused')
              : t('token.used', { time: relativeTime(token.last_unix, now) })}
          </span>
        </p>
      </div>
      <div class="acts">
        <Button
          small
          onClick={() => setQuery({ remove_token: String(token.id) })}
          aria-label={t('token.remove_for', { name })}
        >
          {t('app.remove')}
        </Button>
      </div>
    </li>
  );
}

function Secret({ name, secret, onClose }: { name: string; secret: string; onClose(): void }) {
  return (
    <Dialog
      title={t('token.made', { name })}
      icon="lock"
      onClose={onClose}
      onSubmit={onClose}
      foot={
        <>
          <span class="push" />
          <Button look="primary" type="submit">
            {t('act.done')}
          </Button>
        </>
      }
    >
      <Banner tone="warn" icon="warning">
        {t('token.once')}
      </Banner>
      <CopyField text={secret} label={t('token.copy')} />
      <p class="soft small">
        <T k="token.use" values={{ address: `${location.origin}/api/v1` }} />
      </p>
    </Dialog>
  );
}

function AddToken({ onClose }: { onClose(): void }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Scope>('read');
  const [life, setLife] = useState<Life>('d90');
  const [problem, setProblem] = useState<string>();
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<{ name: string; secret: string }>();
  if (made) return <Secret {...made} onClose={onClose} />;

  const submit = async (): Promise<void> => {
    const wanted = name.trim();
    setMissing(!wanted);
    setProblem(undefined);
    if (!wanted) return;
    setBusy(true);
    try {
      const { data } = await gated<{ secret: string }>(
        'POST',
        '/tokens',
        { name: wanted, scope, ...(lives[life] ? { expires_in_secs: lives[life] } : {}) },
        t('token.why'),
      );
      setMade({ name: wanted, secret: data.secret });
      void tokens.reload();
    } catch (error) {
      if (!(error instanceof Cancelled)) setProblem(sentence(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={t('token.add_title')}
      lead={t('token.add_lead')}
      icon="lock"
      onClose={onClose}
      onSubmit={() => void submit()}
      foot={<FormFoot act={t('token.act')} busy={busy} onClose={onClose} />}
    >
      <Field label={t('token.name')} error={missing && !name.trim() ? t('token.name_missing') : problem}>
        {(attributes) => (
          <input
            class="in"
            autocomplete="off"
            maxLength={64}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
            {...attributes}
          />
        )}
      </Field>
      <Picks<Scope>
        legend={t('token.scope')}
        name="scope"
        value={scope}
        choices={scopes.map((value) => ({
          value,
          label: t(`token.scope.${value}`),
          hint: t(`token.scope.${value}_hint`),
        }))}
        onValue={setScope}
      />
      <Pills<Life>
        legend={t('list.ends')}
        name="life"
        value={life}
        choices={(Object.keys(lives) as Life[]).map((value) => ({
          value,
          label: lives[value] ? t('unit.days', { n: lives[value] / day }) : t('list.never'),
        }))}
        onValue={setLife}
      />
    </Dialog>
  );
}

export function Tokens() {
  const snapshot = useResource(tokens);
  const { query } = usePlace();
  const all = snapshot.data?.tokens ?? [];
  const doomed = all.find((token) => String(token.id) === query.get('remove_token'));
  return (
    <Section
      id="tokens"
      title={t('token.title')}
      {...(all.length ? { count: all.length } : {})}
      note={t('token.note')}
      acts={
        <Button small icon="plus" onClick={() => setQuery({ token: 'new' })}>
          {t('token.add')}
        </Button>
      }
    >
      <Loaded of={snapshot} title={t('token.failed')} reload={() => void tokens.reload()}>
        {() =>
          all.length ? (
            <ul class="card flush list">
              {all.map((token) => (
                <Row key={token.id} token={token} />
              ))}
            </ul>
          ) : (
            <p class="card soft small">{t('token.none')}</p>
          )
        }
      </Loaded>
      {query.get('token') === 'new' ? <AddToken onClose={() => setQuery({ token: null })} /> : null}
      {doomed ? (
        <Confirm
          title={t('token.remove_title', { name: doomed.name })}
          lead={t('token.remove_lead')}
          keep={t('revoke.keep')}
          act={t('token.remove_for', { name: doomed.name })}
          run={async () => {
            await remove(`/tokens/${doomed.id}`).finally(() => void tokens.reload());
            toast(t('token.removed', { name: doomed.name }));
          }}
          onClose={() => setQuery({ remove_token: null })}
        />
      ) : null}
    </Section>
  );
}
