// The sign-in has ended while the console was open.
import { A } from '../app/router';
import { t } from '../i18n';
import { Empty } from './states';

export function Denied() {
  const here = location.pathname + location.search + location.hash;
  return (
    <Empty
      icon="lock"
      title={t('denied.title')}
      action={
        <A class="btn primary" href={`/login?next=${encodeURIComponent(here)}`}>
          {t('login.act')}
        </A>
      }
    >
      {t('denied.lead')}
    </Empty>
  );
}
