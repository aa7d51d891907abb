import { Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf } from '../api/problem';
import type { Invitation } from '../api/types';
import { lookUp } from '../i18n';
import { ProblemView } from '../kit/ProblemView';
import { AcceptForm } from './AcceptForm';
import { ChoosePasswordForm } from './ChoosePasswordForm';
import { readInvitation } from './door';
import { DoorPage } from './DoorPage';

/** Of a link that the server refuses, trying again makes no other. */
function mayPass(error: unknown): boolean {
  const { status } = problemOf(error);
  return status === 0 || status === 429 || status >= 500;
}

/** What a one-time link leads to: somebody new chooses a password, somebody known accepts with the account they have. */
export function InvitationPage({ token, onEnter }: { token: string | null; onEnter: (to: string) => void }) {
  const { t } = useTranslation();
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(1);
  useEffect(() => {
    if (token === null) return undefined;
    let left = false;
    readInvitation(token).then(
      (read) => left || setInvitation(read),
      (failure: unknown) => left || setError(failure),
    );
    return () => {
      left = true;
    };
  }, [token, attempt]);

  if (token === null) {
    return (
      <DoorPage title={t('account.invitation.title')}>
        <Text>{t('account.invitation.noToken')}</Text>
      </DoorPage>
    );
  }
  if (invitation === null) {
    const retry = () => {
      setError(null);
      setAttempt(attempt + 1);
    };
    return (
      <DoorPage title={t('account.invitation.title')}>
        {error === null ? <Text c="dimmed">{t('common.loading')}</Text> : <ProblemView error={error} onRetry={mayPass(error) ? retry : undefined} />}
      </DoorPage>
    );
  }

  const { tenant, email, role, acceptBy } = invitation;
  const joined = () => onEnter(`/t/${tenant.slug}`);
  return (
    <DoorPage
      title={t('account.invitation.join', { tenant: tenant.name })}
      text={t('account.invitation.text', { email, role: lookUp('common.roles', role) ?? role })}
    >
      <Stack>
        {acceptBy === 'password' ? (
          <ChoosePasswordForm token={token} invitation={invitation} onJoined={joined} />
        ) : (
          <AcceptForm token={token} email={email} onJoined={joined} />
        )}
      </Stack>
    </DoorPage>
  );
}
