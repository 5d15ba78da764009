// Pairing with Moonlight: the client shows a PIN, a person types it here.
import { useEffect, useState } from 'preact/hooks';
import { sentence } from '../../api/errors';
import { Cancelled, gated } from '../../api/password';
import { useResource } from '../../api/resource';
import { devices, host, me, pairing, status } from '../../api/resources';
import type { PinRequest } from '../../api/types';
import { useStale } from '../../app/link';
import { Icon } from '../../components/icon';
import { Field } from '../../components/fields';
import { Button, Chip } from '../../components/parts';
import { Failed, Skeleton } from '../../components/states';
import { useCountdown } from '../../components/ring';
import { T } from '../../components/text';
import { toast } from '../../components/toast';
import { t } from '../../i18n';
import { clock } from '../../i18n/units';
import { addressOf, ByAddress } from './by_address';

const waitSeconds = 120;

function Left({ request, at }: { request: PinRequest; at: number }) {
  const left = useCountdown(waitSeconds - request.age_s, at);
  const over = left <= 0;
  useEffect(() => {
    if (over) void pairing.reload();
  }, [over]);
  return (
    <Chip tone="info" icon="clock">
      {t('moon.left', { time: clock(left) })}
    </Chip>
  );
}

// A request that was handed over; only the client can tell whether the PIN was right.
interface Sent {
  id: number;
  name: string;
}

function PinForm({
  all,
  at,
  sent,
  failure,
  onSent,
  onDismiss,
}: {
  all: readonly PinRequest[];
  at: number;
  sent: Sent | undefined;
  // How the last try ended, when it did not pair.
  failure: string | undefined;
  onSent(sent: Sent): void;
  onDismiss(id: number): void;
}) {
  const [chosen, setChosen] = useState(all[0]!.request_id);
  const [pin, setPin] = useState('');
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const stale = useStale();
  const request = all.find((one) => one.request_id === chosen) ?? all[0]!;

  const submit = async (): Promise<void> => {
    if (!/^\d{1,16}$/.test(pin)) {
      setProblem(t('moon.bad_pin'));
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await gated(
        'POST',
        '/pair/pin',
        { pin, request_id: request.request_id, ...(name.trim() ? { label: name.trim() } : {}) },
        t('moon.why'),
      );
      onSent({ id: request.request_id, name: name.trim() });
      setPin('');
      void pairing.reload();
    } catch (error) {
      if (!(error instanceof Cancelled)) setProblem(sentence(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <section class="card" id="moonlight" aria-labelledby="h-moon">
      <div class="card-head">
        <h2 id="h-moon">{t('moon.asks')}</h2>
        <Left key={request.request_id} request={request} at={at} />
      </div>
      <form
        class="stack l"
        novalidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p class="soft small">{t('moon.lead', { address: request.peer_ip })}</p>
        {all.length > 1 ? (
          <Field label={t('moon.which')}>
            {(attributes) => (
              <select
                class="in"
                value={String(request.request_id)}
                onChange={(event) => setChosen(Number(event.currentTarget.value))}
                {...attributes}
              >
                {all.map((one) => (
                  <option key={one.request_id} value={String(one.request_id)}>
                    {one.peer_ip} · {one.fingerprint.slice(0, 8)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        ) : null}
        <Field label={t('moon.pin')} error={problem ?? failure}>
          {(attributes) => (
            <input
              class="in pin"
              inputMode="numeric"
              autocomplete="one-time-code"
              maxLength={16}
              placeholder="0000"
              value={pin}
              onInput={(event) => setPin(event.currentTarget.value.replace(/\D/g, ''))}
              {...attributes}
            />
          )}
        </Field>
        <Field label={t('moon.name')} hint={t('moon.name_hint')}>
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
        <div class="row wrap">
          <Button look="primary" type="submit" busy={busy || sent !== undefined} off={stale || !pin}>
            {sent === undefined ? t('moon.pair') : t('moon.checking')}
          </Button>
          <Button look="ghost" onClick={() => onDismiss(request.request_id)}>
            {t('moon.dismiss')}
          </Button>
        </div>
      </form>
    </section>
  );
}

export function MoonlightCard() {
  const snapshot = useResource(pairing);
  const name = useResource(me).data?.host_name ?? '';
  const served = useResource(status).data?.gamestream;
  const machine = useResource(host).data;
  const [dismissed, setDismissed] = useState<readonly number[]>([]);
  // The form goes when nobody asks any more; how it ended is still to be told.
  const [sent, setSent] = useState<Sent>();
  const [outcome, setOutcome] = useState<{ paired: boolean; text: string }>();
  const recent = snapshot.data?.recent;
  useEffect(() => {
    const found = sent && recent?.find((one) => one.request_id === sent.id);
    if (!found) return;
    setSent(undefined);
    const text = found.paired
      ? t('pair.paired', { name: sent.name || t('pair.moonlight_client') })
      : t('moon.failed', { text: found.text });
    setOutcome({ paired: found.paired, text });
    if (!found.paired) return;
    toast(text);
    void devices.reload();
  }, [recent, sent]);
  const all = (snapshot.data?.pending ?? []).filter((one) => !dismissed.includes(one.request_id));
  if (!snapshot.data) {
    return snapshot.error ? (
      <Failed
        title={t('pair.load_failed')}
        error={snapshot.error}
        busy={snapshot.loading}
        onRetry={() => void pairing.reload()}
      />
    ) : (
      <Skeleton lines={4} />
    );
  }
  if (all.length) {
    return (
      <PinForm
        all={all}
        at={snapshot.at ?? Date.now()}
        sent={sent}
        failure={outcome?.paired === false ? outcome.text : undefined}
        onSent={(next) => {
          setSent(next);
          setOutcome(undefined);
        }}
        onDismiss={(id) => setDismissed([...dismissed, id])}
      />
    );
  }
  return (
    <section class="card" id="moonlight" aria-labelledby="h-moon">
      <div class="card-head">
        <h2 id="h-moon">{t('plane.gamestream')}</h2>
      </div>
      {served === false ? (
        <p class="soft">{t('moon.off')}</p>
      ) : (
        <>
          <p class="soft">
            <T k="moon.idle" values={{ host: name }} /> <ByAddress address={addressOf(machine, 'gamestream')} />
          </p>
          {outcome ? (
            <p class="row" role="status">
              <Icon name={outcome.paired ? 'check' : 'info'} small />
              <span>{outcome.text}</span>
            </p>
          ) : null}
          <p class="row soft small foot-row last">
            <Icon name="again" small tone="spin" />
            {t('moon.listening')}
          </p>
        </>
      )}
    </section>
  );
}
