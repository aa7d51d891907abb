import { Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { meQuery, useMe } from '../account/session';
import { SignInForm } from '../account/SignInForm';
import { Dialog } from '../kit/Dialog';
import { endedKey } from './ended';

/** Over the page, not instead of it: a form that was being filled in is still there after signing in again. */
export function SessionEnded() {
  const { t } = useTranslation();
  const me = useMe();
  const queries = useQueryClient();
  const router = useRouter();

  const goOn = async () => {
    const now = await queries.fetchQuery({ ...meQuery, staleTime: 0 });
    // Somebody else's page must not stay open under this person's session.
    if (now.person.id !== me.person.id) return window.location.assign('/');
    queries.setQueryData(endedKey, false);
    // What was refused meanwhile is asked for again.
    await Promise.all([queries.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' }), router.invalidate()]);
  };

  return (
    <Dialog opened onClose={() => queries.setQueryData(endedKey, false)} title={t('account.signIn.title')}>
      <Stack>
        <Text size="sm">{t('account.signIn.ended')}</Text>
        <SignInForm email={me.person.email} onSignedIn={goOn} />
      </Stack>
    </Dialog>
  );
}
