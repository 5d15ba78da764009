// Browsers that are signed in.
import { useState } from 'preact/hooks';
import { agentParts } from '../../api/agent';
import { remove } from '../../api/client';
import { useResource } from '../../api/resource';
import { signIns } from '../../api/resources';
import type { SignIn } from '../../api/types';
import { Bubble, Button, Chip, Section } from '../../components/parts';
import { Loaded } from '../../components/states';
import { When } from '../../components/text';
import { toast, toastError } from '../../components/toast';
import { t } from '../../i18n';
import { exactTime } from '../../i18n/units';

function browserText(agent: string): string {
  const { browser, system } = agentParts(agent);
  if (browser && system) return t('more.browser', { browser, system });
  return browser ?? system ?? t('more.unknown_browser');
}

function SignInRow({ one }: { one: SignIn }) {
  const [busy, setBusy] = useState(false);
  const end = async (): Promise<void> => {
    setBusy(true);
    try {
      await remove(`/sign-ins/${one.id}`);
      toast(t('more.ended', { address: one.address }));
    } catch (error) {
      toastError(error);
    }
    await signIns.reload();
    setBusy(false);
  };
  return (
    <li class="att">
      <Bubble icon="person" {...(one.current ? { tone: 'ok' as const } : {})} />
      <div>
        <h3>
          {browserText(one.agent)} {one.current ? <Chip>{t('more.this')}</Chip> : null}
        </h3>
        <p class="row wrap">
          <bdi dir="ltr">{one.address}</bdi>
          <span>{t('more.since', { time: exactTime(one.since_unix) })}</span>
          {one.current ? null : <When unix={one.last_unix} />}
        </p>
      </div>
      {one.current ? null : (
        <div class="acts">
          <Button
            small
            busy={busy}
            onClick={() => void end()}
            aria-label={t('more.end_for', { address: one.address })}
          >
            {t('more.end')}
          </Button>
        </div>
      )}
    </li>
  );
}

export function SignIns() {
  const snapshot = useResource(signIns);
  const all = snapshot.data?.sign_ins ?? [];
  return (
    <Section
      id="sign-ins"
      title={t('more.sign_ins')}
      {...(all.length ? { count: all.length } : {})}
      note={t('more.sign_ins_note')}
    >
      <Loaded of={snapshot} title={t('more.sign_ins_failed')} reload={() => void signIns.reload()}>
        {() =>
          all.length ? (
            <ul class="card flush list">
              {all.map((one) => (
                <SignInRow key={one.id} one={one} />
              ))}
            </ul>
          ) : (
            <p class="card soft small">{t('more.sign_ins_none')}</p>
          )
        }
      </Loaded>
    </Section>
  );
}
