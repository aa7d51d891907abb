import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { safeReturn } from './door';
import { DoorPage } from './DoorPage';
import { SignInForm } from './SignInForm';

export function SignInPage({ search, onEnter }: { search: URLSearchParams; onEnter: (to: string) => void }) {
  const { t } = useTranslation();
  const reason = search.get('reason');
  return (
    <DoorPage title={t('account.signIn.title')}>
      {reason === 'ended' && (
        <Alert color="blue" variant="light">
          {t('account.signIn.ended')}
        </Alert>
      )}
      {reason === 'password' && (
        <Alert color="green" variant="light">
          {t('account.signIn.passwordSet')}
        </Alert>
      )}
      <SignInForm onSignedIn={() => onEnter(safeReturn(search.get('from')))} />
    </DoorPage>
  );
}
