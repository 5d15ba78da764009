// Devices: pairing in both directions, who waits, who is paired.
import { useState } from 'preact/hooks';
import { nextAccess } from '../api/arming';
import { setQuery, usePlace } from '../app/router';
import { Dialog, FormFoot } from '../components/dialog';
import { PageHead } from '../components/parts';
import { t } from '../i18n';
import { AccessForm } from './devices/access_form';
import { MoonlightCard } from './devices/moonlight_card';
import { Paired } from './devices/paired';
import { PinCard } from './devices/pin_card';
import { Waiting } from './devices/waiting';

function NextAccessDialog({ onClose }: { onClose(): void }) {
  const [choice, setChoice] = useState(nextAccess.get());
  return (
    <Dialog
      title={t('pair.access_title')}
      lead={t('pair.access_lead')}
      onClose={onClose}
      onSubmit={() => {
        nextAccess.set(choice);
        onClose();
      }}
      foot={<FormFoot act={t('act.save')} onClose={onClose} />}
    >
      <AccessForm choice={choice} onChoice={setChoice} />
    </Dialog>
  );
}

export default function Devices() {
  const { query } = usePlace();
  return (
    <>
      <PageHead title={t('nav.devices')} lead={t('devices.lead')} />
      <div class="pairgrid">
        <PinCard />
        <MoonlightCard />
      </div>
      <Waiting />
      <Paired />
      {query.get('arm') === '1' ? <NextAccessDialog onClose={() => setQuery({ arm: null })} /> : null}
    </>
  );
}
