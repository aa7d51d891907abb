import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { safeReturn, tenantOf } from './door';
import { DoorPage } from './DoorPage';
import { SignInForm } from './SignInForm';

export function SignInPage({ search, onEnter }: { search: URLSearchParams; onEnter: (to: string) => void }) {
  const { t } = useTranslation();
  const reason = search.get('reason');
  const from = safeReturn(search.get('from'));
  return (
    <DoorPage title={t('account.signIn.title')}>
      {reason === 'ended' && (
        <Alert color="blue" variant="light">
          {t('account.signIn.ended')}
        </Alert>
      )}
      <SignInForm tenant={tenantOf(from)} onSignedIn={() => onEnter(from)} />
    </DoorPage>
  );
}
