// One stream: what it is, how it goes, and what can be done to it.
import { useState } from 'preact/hooks';
import { levelOf } from '../api/access';
import { hostNow, put, remove } from '../api/client';
import { sessions } from '../api/resources';
import { bySecond } from '../api/by_second';
import { useSamples } from '../api/samples';
import type { Device, Session } from '../api/types';
import { navigate } from '../app/router';
import { useStale } from '../app/link';
import { t } from '../i18n';
import { duration, modeText, number } from '../i18n/units';
import { deviceIcon } from './device_icon';
import { codecName, encoderName } from './names';
import { Confirm } from './confirm';
import { Sparkline } from './graph';
import { Bubble, Chip, IconButton } from './parts';
import { toast, toastError } from './toast';
import { useTick } from './hooks';

const ms = (us: number | undefined): string | undefined =>
  us === undefined ? undefined : number(us / 1000, 2);

// One in a hundred: a person sees that.
const badLoss = 10_000;

function StateChip({ session, losing }: { session: Session; losing: boolean }) {
  const still = session.last_frame_age_ms !== undefined && session.last_frame_age_ms > 3000;
  switch (session.state) {
    case 'live':
      if (still) {
        return (
          <Chip tone="warn" icon="warning">
            {t('stream.no_picture', { time: duration(session.last_frame_age_ms! / 1000) })}
          </Chip>
        );
      }
      return losing ? (
        <Chip tone="warn" point>
          {t('stream.losing')}
        </Chip>
      ) : (
        <Chip tone="ok" point>
          {t('stream.live')}
        </Chip>
      );
    case 'rebuilding':
      return (
        <Chip tone="info" icon="again">
          {t('stream.rebuilding')}
        </Chip>
      );
    case 'detached':
      return <Chip point="hollow">{t('stream.detached')}</Chip>;
    case 'ending':
    case 'ended':
      return <Chip point="hollow">{t('stream.ending')}</Chip>;
    default:
      return (
        <Chip tone="info" icon="clock">
          {t('stream.starting')}
        </Chip>
      );
  }
}

export function StopDialog({ session, onClose }: { session: Session; onClose(): void }) {
  const name = session.device_name;
  return (
    <Confirm
      title={t('stream.stop_title', { name })}
      lead={t('stream.stop_lead', { app: session.app_title })}
      keep={t('stream.keep')}
      act={t('stream.stop_act')}
      run={async () => {
        await remove(`/sessions/${session.id}`);
        toast(t('stream.stopped', { name }));
        void sessions.reload();
      }}
      onClose={onClose}
    />
  );
}

export function StreamTile({ session, device }: { session: Session; device: Device | undefined }) {
  useTick(10);
  const samples = useSamples(session.id);
  const stale = useStale();
  const [stopping, setStopping] = useState(false);
  const last = samples[samples.length - 1];
  const name = session.device_name;

  const p50 = bySecond(samples, (sample) => sample.host_p50_us);
  const p99 = bySecond(samples, (sample) => sample.host_p99_us);
  const lost = bySecond(samples, (sample) => (sample.loss_ppm ?? 0) > 0).map((bad) => bad === true);
  const worst = Math.max(...p99.filter((value): value is number => value !== undefined));
  const moments = lost.filter(Boolean).length;
  const now50 = last?.host_p50_us ?? session.host_p50_us;
  const now99 = last?.host_p99_us ?? session.host_p99_us;
  const values = { p50: ms(now50) ?? '', p99: Number.isFinite(worst) ? ms(worst)! : '' };
  const spark =
    now50 === undefined || !Number.isFinite(worst)
      ? t('stream.spark_none')
      : moments
        ? t('stream.spark_lost', { ...values, n: moments })
        : t('stream.spark', values);

  const fps = last?.fps ?? session.fps;
  const mbps = last?.mbps ?? session.mbps;
  const loss = last?.loss_ppm;
  const losing = (loss ?? 0) >= badLoss;
  const host = [ms(now50), ms(now99)].filter((text) => text !== undefined).join(' · ');
  const level = session.grants === undefined ? device?.access_level : levelOf(session.grants);

  const mute = async (): Promise<void> => {
    try {
      await put(`/sessions/${session.id}/audio`, { muted: !session.muted });
      await sessions.reload();
    } catch (error) {
      toastError(error);
    }
  };

  return (
    <li class="card stream" aria-label={name}>
      <div class="top-line">
        <Bubble icon={deviceIcon(name, device?.client_kind)} />
        <div class="id">
          <h3>{name}</h3>
          <p>
            {t('stream.since', { app: session.app_title, time: duration(hostNow() - session.started_unix) })}
          </p>
        </div>
        <span class="push">
          <StateChip session={session} losing={losing} />
        </span>
      </div>
      <Sparkline p50={p50} p99={p99} lost={lost} label={spark} />
      <dl class="vals">
        {fps === undefined ? null : (
          <div>
            <dt>{t('stream.fps')}</dt>
            <dd>{number(fps, 1)}</dd>
          </div>
        )}
        {mbps === undefined ? null : (
          <div>
            <dt>{t('unit.mbps')}</dt>
            <dd>{number(mbps, 1)}</dd>
          </div>
        )}
        {loss === undefined ? null : (
          <div class={losing ? 'bad' : undefined}>
            <dt>{t('stream.loss')}</dt>
            <dd>{number(loss / 10_000, 2)}</dd>
          </div>
        )}
        {host ? (
          <div>
            <dt>{t('stream.host')}</dt>
            <dd>{host}</dd>
          </div>
        ) : null}
      </dl>
      <ul class="facts">
        <li>{modeText(session.mode)}</li>
        {session.codec ? <li>{codecName(session.codec)}</li> : null}
        {session.encoder && session.hardware_encoder !== false ? <li>{encoderName(session.encoder)}</li> : null}
      </ul>
      {session.hardware_encoder === false ? (
        <div>
          <Chip tone="danger" icon="warning">
            {t('stream.software')}
          </Chip>
        </div>
      ) : null}
      <div class="foot">
        <Chip tone="line">{t(`plane.${session.plane}`)}</Chip>
        <Chip tone="line">
          {level
            ? t(level === 'controller' ? 'level.controller.short' : `level.${level}`)
            : t('stream.guest')}
        </Chip>
        {session.muted ? <Chip icon="mute">{t('stream.muted')}</Chip> : null}
        <span class="push row">
          <IconButton
            icon={session.muted ? 'sound' : 'mute'}
            label={session.muted ? t('stream.unmute', { name }) : t('stream.mute', { name })}
            disabled={stale}
            onClick={() => void mute()}
          />
          {session.device_id === undefined ? null : (
            <IconButton
              icon="shield"
              label={t('stream.access', { name })}
              disabled={stale}
              onClick={() => navigate(`/devices?access=${session.device_id}`)}
            />
          )}
          <IconButton
            icon="stop"
            label={t('stream.stop', { name })}
            disabled={stale}
            onClick={() => setStopping(true)}
          />
        </span>
      </div>
      {stopping ? <StopDialog session={session} onClose={() => setStopping(false)} /> : null}
    </li>
  );
}
