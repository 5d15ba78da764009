import { PageHead } from '../components/parts';
import { t } from '../i18n';

export default function Page() {
  return <PageHead title={t('home.title')} />;
}
