// The first run: code, password, checks, a device.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type ApiError, post, signedIn } from '../api/client';
import { asApiError, sentence } from '../api/errors';
import { useResource } from '../api/resource';
import { diagnostics, me, setup as known } from '../api/resources';
import { needed, strength } from '../api/strength';
import { PasswordDialog } from '../app/password_dialog';
import { A, navigate, setQuery, usePlace } from '../app/router';
import { useStore } from '../app/store';
import { byUrgency, CheckRow, checkCounts } from '../components/check_row';
import { Icon } from '../components/icon';
import { CopyField, Field, PasswordField } from '../components/fields';
import { Button } from '../components/parts';
import { Loaded } from '../components/states';
import { Toasts, toastError } from '../components/toast';
import { t } from '../i18n';
import { MoonlightCard } from './devices/moonlight_card';
import { PinCard } from './devices/pin_card';
import { Gate, Warned } from './gate';
import { Account, NewPassword } from '../components/password_fields';

const steps = ['code', 'password', 'checks', 'pair'] as const;
type Step = (typeof steps)[number];

function Trail({ step }: { step: Step }) {
  const at = steps.indexOf(step);
  return (
    <nav aria-label={t('setup.steps')}>
      <ol class="trail">
        {steps.map((name, i) => (
          <li key={name}>
            <span
              class={i < at ? 'done' : undefined}
              {...(i === at ? { 'aria-current': 'step' as const } : {})}
            >
              <span>
                {i < at ? (
                  <>
                    <Icon name="check" small />
                    <span class="vh">{t('setup.done')}</span>
                  </>
                ) : null}
                {t(`setup.step_${name}`)}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Form({ onSubmit, children }: { onSubmit(): void; children: ComponentChildren }) {
  return (
    <form
      class="card stack l"
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

// "abcd1234" and "ABCD 1234" mean ABCD-1234.
function tidyCode(text: string): string {
  const plain = text.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return plain.length > 4 ? `${plain.slice(0, 4)}-${plain.slice(4, 8)}` : plain;
}

function CodeStep({
  code,
  onCode,
  file,
  error,
}: {
  code: string;
  onCode(code: string): void;
  file: string;
  error: ApiError | undefined;
}) {
  const [bad, setBad] = useState(false);
  return (
    <Form
      onSubmit={() => {
        setBad(code.length !== 9);
        if (code.length === 9) setQuery({ step: 'password' });
      }}
    >
      <div>
        <h1>{t('setup.claim')}</h1>
        <p class="lead">{t('setup.claim_lead')}</p>
      </div>
      {file ? (
        <div class="stack">
          <p class="small soft">{t('setup.file')}</p>
          <CopyField text={`cat '${file}'`} label={t('copy.command')} />
        </div>
      ) : null}
      <Field
        label={t('setup.code')}
        hint={t('setup.code_hint')}
        error={bad ? t('setup.code_bad') : error ? sentence(error) : undefined}
      >
        {(attributes) => (
          <input
            class="in big code"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            placeholder="XXXX-XXXX"
            value={code}
            onInput={(event) => {
              const tidy = tidyCode(event.currentTarget.value);
              // The field follows also where tidying changed nothing that it knows of.
              event.currentTarget.value = tidy;
              onCode(tidy);
            }}
            {...attributes}
          />
        )}
      </Field>
      <Button look="primary" type="submit">
        {t('act.continue')}
      </Button>
    </Form>
  );
}

function PasswordStep({ code, onRefused }: { code: string; onRefused(error: ApiError): void }) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<string>();
  const [differ, setDiffer] = useState(false);
  const [busy, setBusy] = useState(false);

  const submit = async (): Promise<void> => {
    if (busy) return;
    setError(undefined);
    if (strength(password) === 'short') {
      setError(t('setup.too_short', { n: needed - [...password].length }));
      return;
    }
    setDiffer(again !== password);
    if (again !== password) return;
    setBusy(true);
    try {
      await post('/setup', { code, password });
      signedIn.set('yes');
      void me.reload();
      navigate('/setup?step=checks', { replace: true });
    } catch (problem) {
      const known = asApiError(problem);
      if (known.code === 'bad_value') setError(sentence(known));
      else onRefused(known);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Form onSubmit={() => void submit()}>
      <div>
        <h1>{t('setup.choose')}</h1>
        <p class="lead">{t('setup.choose_lead')}</p>
      </div>
      <Account />
      <NewPassword big label={t('login.password')} value={password} onValue={setPassword} error={error} />
      <PasswordField
        big
        label={t('setup.again')}
        value={again}
        onValue={setAgain}
        autocomplete="new-password"
        error={differ && again !== password ? t('setup.differ') : undefined}
      />
      <div class="row wrap">
        <Button look="ghost" onClick={() => setQuery({ step: null })}>
          {t('act.back')}
        </Button>
        <span class="push">
          <Button look="primary" type="submit" busy={busy}>
            {t('setup.set')}
          </Button>
        </span>
      </div>
    </Form>
  );
}

function ChecksStep() {
  const snapshot = useResource(diagnostics);
  const [busy, setBusy] = useState<string>();
  const again = async (id: string): Promise<void> => {
    setBusy(id);
    try {
      await post('/diagnostics/refresh', { id });
      await diagnostics.reload();
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <>
      <Loaded of={snapshot} title={t('home.attention_failed')} reload={() => void diagnostics.reload()} lines={5}>
        {({ checks }) => (
          <div class="card flush">
            <div class="card-pad">
              <h1>{t('setup.can')}</h1>
              <p class="lead">{t('setup.can_lead')}</p>
              <p class="small soft">{checkCounts(checks)}</p>
            </div>
            <ul class="list edge">
              {byUrgency(checks).map((check) => (
                <CheckRow
                  key={check.id}
                  check={check}
                  heading="h2"
                  busy={busy === check.id}
                  onAgain={() => void again(check.id)}
                />
              ))}
            </ul>
          </div>
        )}
      </Loaded>
      <div class="row">
        <span class="push">
          <Button look="primary" onClick={() => setQuery({ step: 'pair' })}>
            {t('act.continue')}
          </Button>
        </span>
      </div>
    </>
  );
}

function PairStep() {
  return (
    <>
      <div>
        <h1>{t('setup.first')}</h1>
        <p class="lead">{t('setup.first_lead')}</p>
      </div>
      <div class="stack l">
        <PinCard />
        <MoonlightCard />
      </div>
      <div class="row wrap">
        <Button look="ghost" onClick={() => setQuery({ step: 'checks' })}>
          {t('act.back')}
        </Button>
        <A class="btn ghost push" href="/">
          {t('setup.later')}
        </A>
        <A class="btn primary" href="/">
          {t('setup.finish')}
        </A>
      </div>
    </>
  );
}

export default function Setup() {
  const { query } = usePlace();
  const state = useStore(signedIn);
  const [code, setCode] = useState('');
  const file = useResource(known).data?.code_file ?? '';
  const [error, setError] = useState<ApiError>();
  const wished = steps.find((step) => step === query.get('step')) ?? 'code';
  const claimed = state === 'yes';
  // Without a code there is no password to set, and without a sign-in nothing to check.
  const step: Step = claimed ? wished : wished === 'password' && code.length === 9 ? 'password' : 'code';

  useEffect(() => {
    if (claimed && (step === 'code' || step === 'password')) navigate('/', { replace: true });
  }, [claimed, step]);
  useEffect(() => {
    const main = document.getElementById('main');
    (main?.querySelector<HTMLElement>('input:not([tabindex="-1"])') ?? main)?.focus();
  }, [step]);

  return (
    <Gate title={t('setup.title')} wide>
      <Trail step={step} />
      {step === 'code' ? (
        <>
          <CodeStep
            code={code}
            file={file}
            error={error}
            onCode={(next) => {
              setCode(next);
              setError(undefined);
            }}
          />
          <Warned open />
        </>
      ) : step === 'password' ? (
        <PasswordStep
          code={code}
          onRefused={(refused) => {
            setError(refused);
            setQuery({ step: null }, { replace: true });
          }}
        />
      ) : step === 'checks' ? (
        <ChecksStep />
      ) : (
        <PairStep />
      )}
      <Toasts />
      <PasswordDialog />
    </Gate>
  );
}
