// What works, what does not, and why: checks, the running streams, the log, and what was.
import { base } from '../../api/client';
import { diagnostics } from '../../api/resources';
import { useResource } from '../../api/resource';
import { usePlace, withQuery } from '../../app/router';
import { Icon } from '../../components/icon';
import { Tabs } from '../../components/links';
import { PageHead } from '../../components/parts';
import { t, type Key } from '../../i18n';
import { Audit } from './audit';
import { Checks } from './checks';
import { History } from './history';
import { Live } from './live';
import { Log } from './log';

const tabs = ['checks', 'live', 'log', 'sessions', 'audit'] as const;
type Tab = (typeof tabs)[number];
const names: Readonly<Record<Tab, Key>> = {
  checks: 'diag.tab.checks',
  live: 'diag.tab.live',
  log: 'diag.tab.log',
  sessions: 'diag.tab.sessions',
  audit: 'diag.tab.audit',
};

export default function Diagnostics() {
  const { query } = usePlace();
  const current = tabs.find((tab) => tab === query.get('tab')) ?? 'checks';
  // Kept fresh on every tab, because the number of findings is on the tab itself.
  const checks = useResource(diagnostics).data?.checks ?? [];
  const findings = checks.filter((check) => check.status === 'failed' || check.status === 'warning').length;
  const text = (tab: Tab): string =>
    tab === 'checks' && findings > 0 ? t('diag.tab.checks_n', { n: findings }) : t(names[tab]);
  return (
    <>
      <PageHead title={t('nav.diagnostics')} lead={t('diag.lead')}>
        <a class="btn" href={`${base}/support-bundle`} download>
          <Icon name="download" small />
          {t('diag.bundle')}
        </a>
      </PageHead>
      <Tabs
        label={t('nav.diagnostics')}
        links={tabs.map((tab) => ({
          href: withQuery({ tab: tab === 'checks' ? null : tab, level: null, q: null, stream: null, as: null }),
          current: tab === current,
          text: text(tab),
        }))}
      />
      {current === 'checks' && <Checks />}
      {current === 'live' && <Live />}
      {current === 'log' && <Log />}
      {current === 'sessions' && <History />}
      {current === 'audit' && <Audit />}
    </>
  );
}
