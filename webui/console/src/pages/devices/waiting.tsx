// Devices that knocked and wait for a person.
import { useEffect, useState } from 'preact/hooks';
import { allGrants, type Choice, grantFields, hour, presetGrants, shortFingerprint } from '../../api/access';
import { arm } from '../../api/arming';
import { post } from '../../api/client';
import { gated } from '../../api/password';
import { useResource } from '../../api/resource';
import { devices, knocks } from '../../api/resources';
import type { Device, Knock } from '../../api/types';
import { useStale } from '../../app/link';
import { setQuery, usePlace } from '../../app/router';
import { deviceIcon } from '../../components/device_icon';
import { useTick } from '../../components/hooks';
import { Dialog, FormFoot } from '../../components/dialog';
import { Field } from '../../components/fields';
import { Bubble, Button, Chip, Fingerprint, Section } from '../../components/parts';
import { Loaded } from '../../components/states';
import { toast, toastError } from '../../components/toast';
import { t } from '../../i18n';
import { duration } from '../../i18n/units';
import { AccessForm } from './access_form';

const guest: Choice = { grants: presetGrants.controller, end: { kind: 'in', seconds: 4 * hour } };

function ShortFingerprint({ hex }: { hex: string }) {
  const [all, setAll] = useState(false);
  const { head, middle, tail } = shortFingerprint(hex);
  if (all) {
    return (
      <>
        <Fingerprint hex={hex} label={t('wait.fp')} small />
        <button class="linkbtn small" type="button" onClick={() => setAll(false)}>
          {t('wait.fp_less')}
        </button>
      </>
    );
  }
  return (
    <span class="row wrap">
      <span class="fp" title={t('wait.fp')}>
        <b>{head}</b> {middle} … <b>{tail}</b>
      </span>
      <button class="linkbtn small" type="button" onClick={() => setAll(true)}>
        {t('wait.fp_all')}
      </button>
    </span>
  );
}

async function approve(knock: Knock, choice: Choice, name: string): Promise<void> {
  const { data } = await gated<Device>(
    'POST',
    `/native/pending/${knock.id}/approve`,
    { ...grantFields(choice), ...(name && name !== knock.name ? { name } : {}) },
    t('wait.why', { name: knock.name }),
  );
  toast(t('wait.approved', { name: data.name }));
  void knocks.reload();
  void devices.reload();
}

function Row({ knock, at }: { knock: Knock; at: number }) {
  useTick(10);
  const stale = useStale();
  const [busy, setBusy] = useState<'deny' | 'guest'>();
  const run = async (name: 'deny' | 'guest', act: () => Promise<void>): Promise<void> => {
    setBusy(name);
    try {
      await act();
    } catch (error) {
      toastError(error);
      void knocks.reload();
    } finally {
      setBusy(undefined);
    }
  };
  const deny = async (): Promise<void> => {
    await post(`/native/pending/${knock.id}/deny`);
    toast(t('wait.denied', { name: knock.name }));
    void knocks.reload();
  };
  return (
    <li class="approve">
      <Bubble icon={deviceIcon(knock.name)} tone="info" />
      <div class="stack">
        <h3>
          {knock.name}{' '}
          {knock.source === 'wan' ? (
            <Chip tone="warn" icon="warning">
              {t('wait.outside')}
            </Chip>
          ) : null}
        </h3>
        <div class="meta">
          <span>
            {knock.generation === undefined
              ? t('plane.native')
              : t('wait.generation', { n: knock.generation })}
          </span>
          <span>
            <bdi dir="ltr">{knock.address}</bdi>
          </span>
          <span>{t('wait.asked', { time: duration(knock.age_secs + (Date.now() - at) / 1000) })}</span>
          {knock.device_id === undefined ? null : <span>{t('wait.known')}</span>}
          {knock.connected ? null : <span>{t('wait.gone')}</span>}
        </div>
        <ShortFingerprint hex={knock.fingerprint} />
      </div>
      <div class="acts">
        <Button look="ghost" busy={busy === 'deny'} off={stale} onClick={() => void run('deny', deny)}>
          {t('wait.deny')}
        </Button>
        {knock.source === 'wan' ? (
          <Button off={stale} onClick={() => setQuery({ arm_for: String(knock.id) })}>
            {t('wait.arm')}
          </Button>
        ) : (
          <>
            <Button
              busy={busy === 'guest'}
              off={stale}
              onClick={() => void run('guest', () => approve(knock, guest, ''))}
            >
              {t('wait.guest')}
            </Button>
            <Button look="primary" off={stale} onClick={() => setQuery({ approve: String(knock.id) })}>
              {t('wait.approve')}
            </Button>
          </>
        )}
      </div>
    </li>
  );
}

// A device whose access is over gets the same again unless something else is chosen.
const firstChoice = (knock: Knock): Choice => ({ grants: knock.grants ?? allGrants, end: { kind: 'never' } });

function ApproveDialog({ knock, onClose }: { knock: Knock; onClose(): void }) {
  const [choice, setChoice] = useState(firstChoice(knock));
  const [name, setName] = useState(knock.name);
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      await approve(knock, choice, name.trim());
      onClose();
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('wait.approve_title', { name: knock.name })}
      lead={t('wait.approve_lead', { address: knock.address })}
      icon={deviceIcon(knock.name)}
      onClose={onClose}
      onSubmit={() => void submit()}
      foot={<FormFoot act={t('wait.approve_title', { name: knock.name })} busy={busy} onClose={onClose} />}
    >
      <div class="stack">
        <p class="soft small">{t('wait.note')}</p>
        <Fingerprint hex={knock.fingerprint} label={t('wait.fp')} />
      </div>
      <Field label={t('moon.name')}>
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
      <AccessForm choice={choice} onChoice={setChoice} />
    </Dialog>
  );
}

function ArmForDialog({ knock, onClose }: { knock: Knock; onClose(): void }) {
  const [choice, setChoice] = useState(firstChoice(knock));
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      await arm(choice, knock.fingerprint);
      onClose();
      document.getElementById('pair')?.scrollIntoView({ block: 'center' });
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('pair.bound_title', { name: knock.name })}
      lead={t('pair.bound_lead')}
      icon="warning"
      onClose={onClose}
      onSubmit={() => void submit()}
      foot={<FormFoot act={t('pair.show')} busy={busy} onClose={onClose} />}
    >
      <Fingerprint hex={knock.fingerprint} label={t('wait.fp')} />
      <AccessForm choice={choice} onChoice={setChoice} />
    </Dialog>
  );
}

export function Waiting() {
  const snapshot = useResource(knocks);
  const { query } = usePlace();
  const all = snapshot.data?.pending ?? [];
  const named = (name: string): Knock | undefined =>
    all.find((knock) => String(knock.id) === query.get(name));
  // Requests lapse and devices hang up without anything happening on the host; their ages should be right.
  const some = all.length > 0;
  useEffect(() => {
    if (!some) return undefined;
    const timer = setInterval(() => void knocks.reload(), 20_000);
    return () => clearInterval(timer);
  }, [some]);
  const approving = named('approve');
  const arming = named('arm_for');
  return (
    <Section
      id="waiting"
      title={t('wait.title')}
      {...(all.length ? { count: all.length, hot: true, note: t('wait.note') } : {})}
    >
      <Loaded of={snapshot} title={t('wait.failed')} reload={() => void knocks.reload()} lines={2}>
        {() => (
          <div aria-live="polite">
            {all.length ? (
              <ul class="card flush list">
                {all.map((knock) => (
                  <Row key={knock.id} knock={knock} at={snapshot.at ?? Date.now()} />
                ))}
              </ul>
            ) : (
              <p class="card soft small">{t('wait.none')}</p>
            )}
          </div>
        )}
      </Loaded>
      {approving ? (
        <ApproveDialog key={approving.id} knock={approving} onClose={() => setQuery({ approve: null })} />
      ) : null}
      {arming ? (
        <ArmForDialog key={arming.id} knock={arming} onClose={() => setQuery({ arm_for: null })} />
      ) : null}
    </Section>
  );
}
