import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fieldErrors, problemOf } from '../api/problem';
import { ProblemView } from '../kit/ProblemView';
import { useSubmit } from '../kit/useSubmit';
import { setPassword } from './door';
import { signInAddress } from './door-paths';
import { DoorPage } from './DoorPage';

export function SetPasswordPage({ token }: { token: string | null }) {
  const { t } = useTranslation();
  const [password, setTyped] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const { pending, error, submit } = useSubmit(async () => {
    await setPassword(token ?? '', password);
    window.location.assign(signInAddress('/', 'password'));
  });
  const refused: Record<string, string> = error === null ? {} : fieldErrors(problemOf(error));
  const toggle = { 'aria-label': t('account.showPassword') };

  if (token === null) {
    return (
      <DoorPage title={t('account.setPassword.title')}>
        <Text>{t('account.setPassword.noToken')}</Text>
      </DoorPage>
    );
  }
  return (
    <DoorPage title={t('account.setPassword.title')} text={t('account.setPassword.text')}>
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
            {t('account.setPassword.action')}
          </Button>
        </Stack>
      </form>
    </DoorPage>
  );
}
