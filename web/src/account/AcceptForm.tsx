import { Alert, Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../api/problem';
import { ProblemView } from '../kit/ProblemView';
import { useSubmit } from '../kit/useSubmit';
import { acceptInvitation } from './door';
import { SignInForm } from './SignInForm';

/** Somebody who has an account joins in their own session; where there is none, or somebody else's, they sign in first. */
export function AcceptForm({ token, email, onJoined }: { token: string; email: string; onJoined: () => void }) {
  const { t } = useTranslation();
  const [signsIn, setSignsIn] = useState(false);
  const accept = async () => {
    await acceptInvitation(token);
    onJoined();
  };
  const { pending, error, submit } = useSubmit(() =>
    accept().catch((failure: unknown) => {
      if (!isProblem(failure, 401, 403)) throw failure;
      setSignsIn(true);
    }),
  );

  if (signsIn) {
    return (
      <Stack>
        <Alert color="blue" variant="light">
          {t('account.invitation.signIn', { email })}
        </Alert>
        <SignInForm email={email} onSignedIn={accept} />
      </Stack>
    );
  }
  return (
    <Stack>
      {error !== null && <ProblemView error={error} />}
      <Button size="md" fullWidth loading={pending} onClick={() => void submit({})}>
        {t('account.invitation.accept')}
      </Button>
    </Stack>
  );
}
