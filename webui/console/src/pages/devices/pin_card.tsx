// Pairing a punktfunk client: the host shows a PIN, once.
import { useEffect, useState } from 'preact/hooks';
import { type Choice, levelOf } from '../../api/access';
import { arm, armedHere, disarm, nextAccess } from '../../api/arming';
import { hostNow } from '../../api/client';
import { useResource } from '../../api/resource';
import { devices, host, me, nativePairing } from '../../api/resources';
import type { NativePairing } from '../../api/types';
import { useStale } from '../../app/link';
import { A, setQuery } from '../../app/router';
import { useStore } from '../../app/store';
import { Icon } from '../../components/icon';
import { CopyField } from '../../components/fields';
import { Button, Chip } from '../../components/parts';
import { Failed, Skeleton } from '../../components/states';
import { Qr } from '../../components/qr_code';
import { Ring, useCountdown } from '../../components/ring';
import { T } from '../../components/text';
import { toastError } from '../../components/toast';
import { t } from '../../i18n';
import { duration } from '../../i18n/units';
import { levelText } from './access_form';
import { addressOf, ByAddress } from './by_address';

function AccessLine({ choice }: { choice: Choice }) {
  const level = levelText(levelOf(choice.grants));
  return (
    <span class="soft small">
      {choice.end.kind === 'disconnect' ? (
        <T k="pair.gets_until_disconnect" values={{ level }} />
      ) : choice.end.kind === 'in' ? (
        <T k="pair.gets_for" values={{ level, time: duration(choice.end.seconds) }} />
      ) : (
        <T k="pair.gets" values={{ level }} />
      )}{' '}
      <button class="linkbtn" type="button" onClick={() => setQuery({ arm: '1' })}>
        {t('pair.change')}
      </button>
    </span>
  );
}

function Pin({ digits }: { digits: string }) {
  return (
    <div class="pin" role="img" aria-label={t('pair.pin', { digits: digits.split('').join(' ') })}>
      {digits.split('').map((digit, i) => (
        <b key={i}>{digit}</b>
      ))}
    </div>
  );
}

function Countdown({ seconds, at }: { seconds: number; at: number }) {
  const left = useCountdown(seconds, at);
  useEffect(() => {
    if (left > 0) return;
    armedHere.set(undefined);
    void nativePairing.reload();
  }, [left <= 0]);
  return <Ring left={left} of={seconds} />;
}

function Steps({ address }: { address: string | undefined }) {
  const name = useResource(me).data?.host_name ?? '';
  return (
    <ol class="steps">
      <li>
        <span>
          <T k="pair.step_choose" values={{ host: name }} /> <ByAddress address={address} />
        </span>
      </li>
      <li>
        <span>{t('pair.step_type')}</span>
      </li>
    </ol>
  );
}

// How the last window of this page ended, from the list that the host keeps.
function useOutcome(state: NativePairing | undefined): string | undefined {
  const here = useStore(armedHere);
  const [waited, setWaited] = useState<number>();
  const paired = useResource(devices).data?.devices ?? [];
  useEffect(() => {
    if (here) setWaited(hostNow() + (here.at - Date.now()) / 1000);
  }, [here]);
  useEffect(() => {
    // The window is closed on the host although its time is not over: somebody used it.
    const last = state?.recent[state.recent.length - 1];
    const used = last !== undefined && waited !== undefined && last.unix_time >= Math.floor(waited) - 1;
    // An answer that was on its way when the window was opened says nothing about it.
    if (here && state && !state.armed && (used || Date.now() - here.at > 1500)) armedHere.set(undefined);
  }, [state]);
  if (waited === undefined || here || !state) return undefined;
  const last = state.recent[state.recent.length - 1];
  if (!last || last.unix_time < waited - 2) return t('pair.lapsed');
  if (!last.paired) return t('pair.failed', { text: last.text });
  const device = paired.find((one) =>
    one.credentials.some((credential) => credential.fingerprint === last.fingerprint),
  );
  return t('pair.paired', { name: device?.name ?? last.text });
}

export function PinCard() {
  const snapshot = useResource(nativePairing);
  const state = snapshot.data;
  const machine = useResource(host).data;
  const link = machine?.deep_link;
  const here = useStore(armedHere);
  const choice = useStore(nextAccess);
  const stale = useStale();
  const outcome = useOutcome(state);
  const [busy, setBusy] = useState(false);

  const run = async (act: () => Promise<void>): Promise<void> => {
    setBusy(true);
    try {
      await act();
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  const show = (): Promise<void> => run(() => arm(choice));

  if (!state) {
    return snapshot.error ? (
      <Failed
        title={t('pair.load_failed')}
        error={snapshot.error}
        busy={snapshot.loading}
        onRetry={() => void nativePairing.reload()}
      />
    ) : (
      <Skeleton lines={4} />
    );
  }
  const elsewhere = state.armed && !here;
  return (
    <section class="card" id="pair" aria-labelledby="h-pin">
      <div class="card-head">
        <h2 id="h-pin">{t('pair.title')}</h2>
        {here ? (
          <Chip tone="ok" point>
            {t('pair.armed')}
          </Chip>
        ) : elsewhere ? (
          <Chip tone="info" icon="clock">
            {t('pair.armed_elsewhere')}
          </Chip>
        ) : null}
      </div>
      {!state.enabled ? (
        <>
          <p class="soft">{t('pair.off')}</p>
          <div class="foot-row">
            <A class="btn" href="/host#settings">
              {t('pair.off_act')}
            </A>
          </div>
        </>
      ) : here ? (
        <>
          <div class={link ? 'pin-body' : 'pin-body no-qr'}>
            <div class="pin-line">
              <Pin digits={here.answer.pin} />
              <Countdown key={here.at} seconds={here.answer.expires_in_secs} at={here.at} />
            </div>
            {link ? (
              <div class="qr-wrap">
                <Qr text={link} label={t('pair.qr')} />
              </div>
            ) : null}
            <Steps address={addressOf(machine, 'native')} />
          </div>
          {here.answer.fingerprint ? (
            <p class="soft small">
              {t('pair.bound')}{' '}
              <span class="fp">{here.answer.fingerprint.slice(0, 16).replace(/.{4}(?=.)/g, '$& ')} …</span>
            </p>
          ) : null}
          {link ? (
            <div class="foot-row">
              <CopyField text={link} label={t('copy.link')} />
            </div>
          ) : null}
          <div class="row wrap foot-row">
            <AccessLine choice={choice} />
            <span class="push row">
              <Button small busy={busy} off={stale} onClick={() => void show()}>
                {t('pair.new')}
              </Button>
              <Button small off={stale} onClick={() => void run(disarm)}>
                {t('pair.disarm')}
              </Button>
            </span>
          </div>
        </>
      ) : (
        <>
          <div class="stack">
            <p class="soft">{elsewhere ? t('pair.elsewhere') : t('pair.lead')}</p>
            {outcome ? (
              <p class="row" role="status">
                <Icon name="info" small />
                <span>{outcome}</span>
              </p>
            ) : null}
          </div>
          <div class="row wrap foot-row last">
            <AccessLine choice={choice} />
            <span class="push row">
              {elsewhere ? (
                <Button off={stale} onClick={() => void run(disarm)}>
                  {t('pair.disarm')}
                </Button>
              ) : null}
              <Button look="primary" busy={busy} off={stale} onClick={() => void show()}>
                {elsewhere ? t('pair.new') : t('pair.show')}
              </Button>
            </span>
          </div>
        </>
      )}
    </section>
  );
}
