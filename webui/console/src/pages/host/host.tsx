// Who this machine is, what it can encode, how it is set.
import { useResource } from '../../api/resource';
import { host, status } from '../../api/resources';
import type { Host as HostData } from '../../api/types';
import { CopyField } from '../../components/fields';
import { Button, Chip, Fingerprint, PageHead } from '../../components/parts';
import { Loaded } from '../../components/states';
import { toast, toastError } from '../../components/toast';
import { codecName } from '../../components/names';
import { t } from '../../i18n';
import { duration, list } from '../../i18n/units';
import { CertificateActs, CertificateRow } from './certificate';
import { EncoderMatrix } from './encoders';
import { PowerActs, SleepRow, WaitingRestart } from './power';
import { SettingsList } from './settingslist';

function copy(text: string): void {
  void navigator.clipboard.writeText(text).then(() => toast(t('copy.done')), toastError);
}

function Identity({ data }: { data: HostData }) {
  return (
    <section class="card stack l" aria-labelledby="h-identity">
      <div class="card-head flat">
        <h2 id="h-identity">{t('host.identity')}</h2>
        <span class="push row">
          <Button small icon="copy" onClick={() => copy(data.fingerprint)} aria-label={t('host.copy_fingerprint')}>
            {t('host.copy')}
          </Button>
        </span>
      </div>
      <Fingerprint hex={data.fingerprint} label={t('host.fingerprint')} />
      <p class="soft small">{t('host.fingerprint_text')}</p>
      <dl class="kv">
        <CertificateRow />
        <dt>{t('host.pairing')}</dt>
        <dd>{data.open ? <Chip tone="warn">{t('host.open')}</Chip> : t('host.required')}</dd>
        <dt>{t('host.clients')}</dt>
        <dd>
          {data.native || data.gamestream
            ? list([...(data.native ? [t('host.native_clients')] : []), ...(data.gamestream ? ['Moonlight'] : [])], 'conjunction')
            : t('host.none_served')}
        </dd>
        <dt>{t('host.codecs')}</dt>
        <dd>{data.codecs.length ? list(data.codecs.map(codecName)) : t('host.no_codecs')}</dd>
      </dl>
      {data.deep_link ? (
        <div class="stack">
          <h3 class="small">{t('host.link')}</h3>
          <CopyField text={data.deep_link} label={t('copy.link')} />
        </div>
      ) : null}
      <CertificateActs />
    </section>
  );
}

const isV6 = (address: string): boolean => address.includes(':');

function Addresses({ data }: { data: HostData }) {
  const uptime = useResource(status).data?.uptime_s;
  const { ports } = data;
  const v4 = data.addresses.filter((address) => !isV6(address));
  const v6 = data.addresses.filter(isV6);
  const tcp = [ports.https, ports.http, ports.rtsp].filter((port): port is number => port !== undefined);
  const udp = [ports.video, ports.control, ports.audio].filter((port): port is number => port !== undefined);
  const row = (name: string, value: string, mono = false) => (
    <>
      <dt>{name}</dt>
      <dd class={mono ? 'mono' : undefined}>{value}</dd>
    </>
  );
  return (
    <section class="card stack l" aria-labelledby="h-address">
      <div class="card-head flat">
        <h2 id="h-address">{t('host.address')}</h2>
      </div>
      <dl class="kv">
        {row(t('rename.label'), data.host_name)}
        {v4.length ? row('IPv4', v4.join(', '), true) : null}
        {v6.length ? row('IPv6', v6.join(', '), true) : null}
        {data.macs.length ? row(t('host.mac'), data.macs.join(', '), true) : null}
        {ports.native === undefined ? null : row(t('plane.native'), t('host.udp', { ports: String(ports.native) }))}
        {tcp.length
          ? row(
              'GameStream',
              udp.length
                ? t('host.tcp_udp', { tcp: tcp.join(', '), udp: udp.join(', ') })
                : t('host.tcp', { ports: tcp.join(', ') }),
            )
          : null}
        {ports.mgmt === undefined ? null : row(t('host.console'), t('host.tcp', { ports: String(ports.mgmt) }))}
        <SleepRow />
        {row(t('host.system'), data.os)}
        {row(
          t('host.version'),
          uptime === undefined ? data.version : t('host.version_up', { version: data.version, time: duration(uptime) }),
        )}
      </dl>
    </section>
  );
}

export default function Host() {
  const snapshot = useResource(host);
  return (
    <>
      <PageHead title={t('nav.host')} lead={t('host.lead')}>
        <PowerActs />
      </PageHead>
      <WaitingRestart />
      <Loaded of={snapshot} title={t('host.failed')} reload={() => void host.reload()} lines={4}>
        {(data) => (
          <div class="hostgrid">
            <Identity data={data} />
            <Addresses data={data} />
          </div>
        )}
      </Loaded>
      <EncoderMatrix />
      <SettingsList />
    </>
  );
}
