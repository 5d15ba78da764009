// The live mark, and the banner when the host does not answer.
import { linkStore, pollEveryMs, tryNow } from '../api/live';
import { Button } from '../components/parts';
import { Banner } from '../components/states';
import { useLasting, useTick } from '../components/hooks';
import { Icon } from '../components/icon';
import { t } from '../i18n';
import { clockTime } from '../i18n/units';
import { useStore } from './store';

export function LiveMark({ push }: { push?: boolean }) {
  const link = useStore(linkStore);
  const late = useLasting(link.state === 'reconnecting', 60_000);
  let inside;
  switch (link.state) {
    case 'live':
      inside = (
        <>
          <span class="pt live beat" />
          {t('link.live')}
        </>
      );
      break;
    case 'polling':
      inside = (
        <>
          <span class="pt hollow" />
          {t('link.polling', { n: pollEveryMs / 1000 })}
        </>
      );
      break;
    case 'connecting':
      inside = (
        <>
          <span class="pt hollow" />
          {t('link.connecting')}
        </>
      );
      break;
    default:
      inside = late ? (
        <>
          <span class="pt danger" />
          {t('link.lost', { time: clockTime(link.since / 1000, Date.now() / 1000) })}
        </>
      ) : (
        <>
          <Icon name="again" small tone="spin" />
          {t('link.reconnecting', { n: link.tries })}
        </>
      );
  }
  return <span class={push ? 'conn push' : 'conn'}>{inside}</span>;
}

// No answer for 5 s: values are old and writing is switched off.
export function useStale(): boolean {
  const link = useStore(linkStore);
  return useLasting(link.state === 'reconnecting', 5000);
}

export function LinkBanner() {
  const link = useStore(linkStore);
  const stale = useStale();
  useTick(1);
  if (!stale || link.state !== 'reconnecting') return null;
  const wait = link.nextAt === undefined ? 0 : Math.max(0, Math.ceil((link.nextAt - Date.now()) / 1000));
  return (
    <Banner
      tone="warn"
      icon="warning"
      action={
        <Button small onClick={tryNow}>
          {t('link.try_now')}
        </Button>
      }
    >
      <b>{t('link.no_answer', { time: clockTime(link.since / 1000, Date.now() / 1000) })}</b>{' '}
      <span class="soft">
        {t('link.out_of_date')} {wait ? t('link.trying_in', { n: wait }) : t('link.trying')}
      </span>
    </Banner>
  );
}
