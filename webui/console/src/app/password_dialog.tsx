// Asks for the console password again; see api/password.
import { useState } from 'preact/hooks';
import { sentence } from '../api/errors';
import { passwordQuestion, type PasswordQuestion } from '../api/password';
import { Dialog } from '../components/dialog';
import { PasswordField } from '../components/fields';
import { Button } from '../components/parts';
import { t } from '../i18n';
import { useStore } from './store';
import { Account } from '../components/password_fields';

function Ask({ question }: { question: PasswordQuestion }) {
  const [password, setPassword] = useState('');
  // After the answer the dialog waits for what the host says to it.
  const [answered, setAnswered] = useState<PasswordQuestion>();
  const busy = answered === question;
  return (
    <Dialog
      title={t('password.title')}
      lead={question.why}
      icon="lock"
      onClose={() => question.answer(undefined)}
      onSubmit={() => {
        if (busy || !password) return;
        setAnswered(question);
        question.answer(password);
      }}
      foot={
        <>
          <span class="push" />
          <Button onClick={() => question.answer(undefined)}>{t('act.cancel')}</Button>
          <Button look="primary" type="submit" busy={busy} off={!password}>
            {t('act.continue')}
          </Button>
        </>
      }
    >
      <Account />
      <PasswordField
        label={t('password.yours')}
        value={password}
        onValue={setPassword}
        autocomplete="current-password"
        error={question.error && !busy ? sentence(question.error) : undefined}
      />
    </Dialog>
  );
}

export function PasswordDialog() {
  const question = useStore(passwordQuestion);
  return question ? <Ask question={question} /> : null;
}
