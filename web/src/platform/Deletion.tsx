import { Button, Code, List, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconRestore, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import type { Tenant } from '../api/types';
import { Confirm } from '../kit/Confirm';
import { When } from '../kit/Format';
import { ProblemView } from '../kit/ProblemView';
import { toast } from '../kit/toast';
import { memberCountQuery, useDelete, useProtect, useRevive } from './tenants';

/** Protects a tenant from deletion, deletes it, and brings it back. */
export function Deletion({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  if (tenant.status !== 'deleted' && tenant.status !== 'active' && tenant.status !== 'suspended') {
    return null;
  }

  return (
    <Stack gap="xs" align="flex-start">
      <Title order={2}>{t('platform.deletion')}</Title>
      {tenant.status === 'deleted' ? <Revive tenant={tenant} /> : <ProtectOrDelete tenant={tenant} />}
    </Stack>
  );
}

function ProtectOrDelete({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const protect = useProtect(tenant.slug);
  return (
    <>
      <Switch
        label={t('platform.protected')}
        description={t('platform.protectedHelp')}
        checked={tenant.deletionProtection}
        disabled={protect.isPending}
        onChange={(event) => protect.mutate(event.currentTarget.checked)}
      />
      {protect.error != null && <ProblemView error={protect.error} />}
      {!tenant.deletionProtection && <Delete tenant={tenant} />}
    </>
  );
}

function Delete({ tenant: { slug, name } }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const [asking, { open, close }] = useDisclosure();
  const [typed, setTyped] = useState('');
  const remove = useDelete(slug);
  const members = useQuery({ ...memberCountQuery(slug), enabled: asking });
  return (
    <>
      <Button
        variant="default"
        size="sm"
        leftSection={<IconTrash size={16} />}
        onClick={() => {
          remove.reset();
          setTyped('');
          open();
        }}
      >
        {t('platform.delete.open')}
      </Button>
      <Confirm
        opened={asking}
        title={t('platform.delete.title', { name })}
        action={t('platform.delete.action')}
        ready={typed.trim() === slug}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          remove.mutate(typed.trim(), {
            onSuccess: () => {
              toast(t('platform.delete.done', { name }));
              close();
            },
          })
        }
        onClose={close}
      >
        <Stack gap="xs">
          <Text size="sm">{t('platform.delete.text')}</Text>
          <List size="sm" spacing={4}>
            <List.Item>{members.data == null ? t('platform.delete.membersUncounted') : t('platform.delete.members', { count: members.data })}</List.Item>
            <List.Item>{t('platform.delete.work')}</List.Item>
            <List.Item>{t('platform.delete.kept')}</List.Item>
          </List>
          <TextInput
            label={<Trans i18nKey="platform.delete.confirm" values={{ slug }} components={{ code: <Code /> }} />}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        </Stack>
      </Confirm>
    </>
  );
}

function Revive({ tenant: { slug, name, retainedUntil } }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const [asking, { open, close }] = useDisclosure();
  const revive = useRevive(slug);
  return (
    <>
      {retainedUntil != null && (
        <Text size="sm">
          {t('platform.revive.until')} <When at={retainedUntil} />
        </Text>
      )}
      <Button
        variant="default"
        size="sm"
        leftSection={<IconRestore size={16} />}
        onClick={() => {
          revive.reset();
          open();
        }}
      >
        {t('platform.revive.open')}
      </Button>
      <Confirm
        opened={asking}
        title={t('platform.revive.title', { name })}
        action={t('platform.revive.action')}
        color="accent"
        busy={revive.isPending}
        error={revive.error}
        onConfirm={() =>
          revive.mutate(undefined, {
            onSuccess: () => {
              toast(t('platform.revive.done', { name }));
              close();
            },
          })
        }
        onClose={close}
      >
        <Text size="sm">{t('platform.revive.text')}</Text>
      </Confirm>
    </>
  );
}
