import { Button, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../kit/Dialog';
import { OneTimeLink } from '../kit/OneTimeLink';
import { focusInvalid, showRefusal } from '../kit/formErrors';
import { ProblemView } from '../kit/ProblemView';
import { toast } from '../kit/toast';
import { useKeptLink } from '../kit/useKeptLink';
import { useTenant } from '../shell/tenant';
import { roles, useAddMember } from './members';

export function AddMemberDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const tenant = useTenant();
  const add = useAddMember(tenant.slug);
  const link = add.data?.invitationLink;
  const { kept, give, forget } = useKeptLink(add, link);
  const done = () => {
    give();
    onClose();
  };
  return (
    <Dialog opened={opened || kept} kept={kept} onClose={onClose} onClosed={forget} title={t('members.add.title')}>
      {add.data && link ? (
        <Stack>
          <OneTimeLink name={add.data.name} link={link} />
          <Group justify="flex-end">
            <Button onClick={done}>{t('members.add.linkGiven')}</Button>
          </Group>
        </Stack>
      ) : (
        <AddMember add={add} onClose={onClose} />
      )}
    </Dialog>
  );
}

function AddMember({ add, onClose }: { add: ReturnType<typeof useAddMember>; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: { name: '', email: '', role: 'member' },
    validate: {
      name: (value) => (value.trim() === '' ? t('common.required') : null),
      email: (value) => (value.trim() === '' ? t('common.required') : null),
    },
    validateInputOnBlur: true,
  });
  const submit = form.onSubmit(
    ({ name, email, role }) =>
      add.mutate(
        { name: name.trim(), email: email.trim(), role },
        {
          onSuccess: (member) => toast(t('members.add.done', { name: member.name })),
          onError: (error) => showRefusal(form, error),
        },
      ),
    focusInvalid,
  );

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput label={t('members.name')} withAsterisk autoComplete="off" data-autofocus {...form.getInputProps('name')} />
        <TextInput label={t('account.email')} type="email" withAsterisk autoComplete="off" {...form.getInputProps('email')} />
        <Radio.Group label={t('members.role')} {...form.getInputProps('role')}>
          <Stack gap="xs" mt={6}>
            {roles.map((role) => (
              <Radio key={role} value={role} label={t(`common.roles.${role}`)} description={t(`members.roleMeans.${role}`)} />
            ))}
          </Stack>
        </Radio.Group>
        <Text size="sm" c="dimmed">
          {t('members.add.linkComes')}
        </Text>
        {add.error && <ProblemView error={add.error} within={form.values} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} disabled={add.isPending}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending}>
            {t('members.add.action')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
