// The certificate that browsers see: the host's own, or one that the operator brings.
import { useState } from 'preact/hooks';
import { sentence } from '../../api/errors';
import { Cancelled, gated } from '../../api/password';
import { createResource, useResource } from '../../api/resource';
import { setQuery, usePlace } from '../../app/router';
import { Confirm } from '../../components/confirm';
import { Dialog, FormFoot } from '../../components/dialog';
import { Field } from '../../components/fields';
import { HostText } from '../../components/hosttext';
import { Button, Chip } from '../../components/parts';
import { Banner } from '../../components/states';
import { toast } from '../../components/toast';
import { t } from '../../i18n';
import { exactTime, list } from '../../i18n/units';

interface Tls {
  own: boolean;
  subject: string;
  issuer: string;
  fingerprint_sha256: string;
  not_after_unix: number;
  expires_in_s: number;
  names: string[];
  problem?: string;
}

const tls = createResource<Tls>('/tls', ['host.started', 'settings.changed']);
const soon = 14 * 86_400;
const mostBytes = 64 * 1024;

function Pem({
  label,
  hint,
  text,
  problem,
  onText,
  onProblem,
}: {
  label: string;
  hint: string;
  text: string;
  problem: string | undefined;
  onText(text: string): void;
  onProblem(problem: string): void;
}) {
  return (
    <Field label={label} hint={hint} error={problem}>
      {(attributes) => (
        <>
          <textarea
            class="in mono pem"
            rows={4}
            spellcheck={false}
            autocapitalize="off"
            autocomplete="off"
            value={text}
            onInput={(event) => onText(event.currentTarget.value)}
            {...attributes}
          />
          <input
            class="file"
            type="file"
            aria-label={`${label}: ${t('tls.file')}`}
            accept=".pem,.crt,.cer,.key,application/x-pem-file"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (!file) return;
              if (file.size > mostBytes) onProblem(t('tls.large'));
              else void file.text().then(onText);
            }}
          />
        </>
      )}
    </Field>
  );
}

function UseOwn({ onClose }: { onClose(): void }) {
  const [certificate, setCertificate] = useState('');
  const [key, setKey] = useState('');
  const [problems, setProblems] = useState<{ certificate?: string; key?: string; all?: string }>({});
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    const missing = {
      ...(certificate.trim() ? {} : { certificate: t('tls.missing') }),
      ...(key.trim() ? {} : { key: t('tls.missing') }),
    };
    setProblems(missing);
    if (Object.keys(missing).length) return;
    setBusy(true);
    try {
      const { data } = await gated<Tls>(
        'PUT',
        '/tls',
        { certificate_pem: certificate, key_pem: key },
        t('tls.why'),
      );
      tls.put(data);
      toast(t('tls.saved', { names: list(data.names, 'conjunction') }));
      onClose();
    } catch (error) {
      if (!(error instanceof Cancelled)) setProblems({ all: sentence(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      icon="shield"
      title={t('tls.title')}
      lead={t('tls.lead')}
      onClose={onClose}
      onSubmit={() => void submit()}
      foot={<FormFoot act={t('tls.act')} busy={busy} onClose={onClose} />}
    >
      {problems.all ? (
        <Banner tone="danger" icon="failed" alert>
          <HostText>{problems.all}</HostText>
        </Banner>
      ) : null}
      <Pem
        label={t('tls.certificate')}
        hint={t('tls.certificate_hint')}
        text={certificate}
        problem={problems.certificate}
        onText={(text) => {
          setCertificate(text);
          setProblems({});
        }}
        onProblem={(problem) => setProblems({ certificate: problem })}
      />
      <Pem
        label={t('tls.key')}
        hint={t('tls.key_hint')}
        text={key}
        problem={problems.key}
        onText={(text) => {
          setKey(text);
          setProblems({});
        }}
        onProblem={(problem) => setProblems({ key: problem })}
      />
    </Dialog>
  );
}

// The row in the list of what this host is.
export function CertificateRow() {
  const found = useResource(tls).data;
  if (!found) return null;
  const time = exactTime(found.not_after_unix);
  return (
    <>
      <dt>{t('tls.certificate')}</dt>
      <dd>
        {found.own ? t('tls.own', { names: list(found.names, 'conjunction'), time }) : t('tls.by_host', { time })}{' '}
        {found.own && found.expires_in_s < soon ? (
          <Chip tone={found.expires_in_s > 0 ? 'warn' : 'danger'} icon="clock">
            {t(found.expires_in_s > 0 ? 'tls.soon' : 'tls.over')}
          </Chip>
        ) : null}
      </dd>
    </>
  );
}

export function CertificateActs() {
  const found = useResource(tls).data;
  const { query } = usePlace();
  const asked = query.get('certificate');
  const close = (): void => setQuery({ certificate: null });
  if (!found) return null;
  return (
    <>
      {found.problem ? (
        <Banner tone="warn" icon="warning">
          <b>{t('tls.problem')}</b> <HostText>{found.problem}</HostText>
        </Banner>
      ) : null}
      <div class="row wrap">
        <Button small onClick={() => setQuery({ certificate: 'use' })}>
          {t(found.own ? 'tls.replace' : 'tls.use')}
        </Button>
        {found.own || found.problem ? (
          <Button small look="ghost" onClick={() => setQuery({ certificate: 'remove' })}>
            {t('tls.back')}
          </Button>
        ) : null}
      </div>
      {asked === 'use' ? <UseOwn onClose={close} /> : null}
      {asked === 'remove' ? (
        <Confirm
          icon="shield"
          title={t('tls.remove_title')}
          lead={t('tls.remove_lead')}
          keep={t('revoke.keep')}
          act={t('tls.remove_act')}
          run={async () => {
            const { data } = await gated<Tls>('DELETE', '/tls', {}, t('tls.why'));
            tls.put(data);
            toast(t('tls.removed'));
          }}
          onClose={close}
        />
      ) : null}
    </>
  );
}
