import { Button, PasswordInput, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fieldErrors, problemOf } from '../api/problem';
import type { Invitation } from '../api/types';
import { ProblemView } from '../kit/ProblemView';
import { useSubmit } from '../kit/useSubmit';
import { setPassword, signIn } from './door';

/** Somebody new joins: with a password of their own, and signed in with it. */
export function ChoosePasswordForm({ token, invitation, onJoined }: { token: string; invitation: Invitation; onJoined: () => void }) {
  const { t } = useTranslation();
  const [password, setTyped] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  // A link works once: where only signing in failed, that alone is tried again.
  const [joined, setJoined] = useState(false);
  const { pending, error, submit } = useSubmit(async () => {
    if (!joined) await setPassword(token, password);
    setJoined(true);
    await signIn(invitation.email, password, invitation.tenant.slug);
    onJoined();
  });
  const refused: Record<string, string> = error === null ? {} : fieldErrors(problemOf(error));
  const toggle = { 'aria-label': t('account.showPassword') };

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (password !== '' && password === again) void submit({});
      }}
    >
      <Stack>
        {error !== null && <ProblemView error={error} within={{ password }} />}
        <input type="hidden" autoComplete="username" value={invitation.email} readOnly />
        <PasswordInput
          label={t('account.newPassword')}
          description={t('account.passwordRule')}
          autoComplete="new-password"
          autoFocus
          size="md"
          visibilityToggleButtonProps={toggle}
          value={password}
          error={(tried && password === '' ? t('common.required') : undefined) ?? refused.password}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('account.again')}
          autoComplete="new-password"
          size="md"
          visibilityToggleButtonProps={toggle}
          value={again}
          error={tried && password !== again ? t('account.notTheSame') : undefined}
          onChange={(event) => setAgain(event.currentTarget.value)}
        />
        <Button type="submit" size="md" fullWidth loading={pending}>
          {t('account.invitation.choose')}
        </Button>
      </Stack>
    </form>
  );
}
