import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fieldErrors, problemOf } from '../api/problem';
import { ProblemView } from '../kit/ProblemView';
import { useSubmit } from '../kit/useSubmit';
import { signIn } from './door';

interface SignInFormProps {
  email?: string;
  /** Where to, if that is known. */
  tenant?: string;
  onSignedIn: () => void | Promise<void>;
}

/** E-mail and password; whether both belong together only the server knows. */
export function SignInForm({ email: known = '', tenant, onSignedIn }: SignInFormProps) {
  const { t } = useTranslation();
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const { pending, error, submit } = useSubmit(async () => {
    await signIn(email.trim(), password, tenant);
    await onSignedIn();
  });
  const refused: Record<string, string> = error === null ? {} : fieldErrors(problemOf(error));
  const missing = (value: string) => (tried && value.trim() === '' ? t('common.required') : undefined);

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (email.trim() !== '' && password !== '') void submit({});
      }}
    >
      <Stack>
        {error !== null && <ProblemView error={error} within={{ email, password }} />}
        <TextInput
          label={t('account.email')}
          type="email"
          autoComplete="username"
          autoFocus={known === ''}
          size="md"
          value={email}
          error={missing(email) ?? refused.email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('account.password')}
          autoComplete="current-password"
          autoFocus={known !== ''}
          // In a dialog the focus trap has the last word.
          data-autofocus
          size="md"
          visibilityToggleButtonProps={{ 'aria-label': t('account.showPassword') }}
          value={password}
          error={missing(password) ?? refused.password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" size="md" fullWidth loading={pending}>
          {t('account.signIn.action')}
        </Button>
      </Stack>
    </form>
  );
}
