import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../kit/Dialog';
import { focusInvalid, showRefusal } from '../kit/formErrors';
import { ProblemView } from '../kit/ProblemView';
import { toast } from '../kit/toast';
import { changePassword } from './session';

export function ChangePasswordDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: { currentPassword: '', newPassword: '', again: '' },
    validate: {
      currentPassword: (value) => (value === '' ? t('common.required') : null),
      newPassword: (value) => (value === '' ? t('common.required') : null),
      again: (value, all) => (value === all.newPassword ? null : t('account.notTheSame')),
    },
    validateInputOnBlur: true,
  });
  const change = useMutation({
    mutationFn: (values: typeof form.values) => changePassword(values.currentPassword, values.newPassword),
    onSuccess: () => {
      toast(t('account.change.done'));
      onClose();
    },
    onError: (error) => showRefusal(form, error),
  });
  const toggle = { 'aria-label': t('account.showPassword') };

  return (
    <Dialog opened={opened} onClose={onClose} title={t('account.change.title')}>
      <form onSubmit={form.onSubmit((values) => change.mutate(values), focusInvalid)} noValidate>
        <Stack>
          <PasswordInput
            label={t('account.currentPassword')}
            autoComplete="current-password"
            data-autofocus
            visibilityToggleButtonProps={toggle}
            {...form.getInputProps('currentPassword')}
          />
          <PasswordInput
            label={t('account.newPassword')}
            description={t('account.passwordRule')}
            autoComplete="new-password"
            visibilityToggleButtonProps={toggle}
            {...form.getInputProps('newPassword')}
          />
          <PasswordInput label={t('account.again')} autoComplete="new-password" visibilityToggleButtonProps={toggle} {...form.getInputProps('again')} />
          {change.error && <ProblemView error={change.error} within={form.values} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={change.isPending}>
              {t('account.change.action')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
