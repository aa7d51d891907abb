import { Button, Code, List, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconRestore, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import type { Tenant } from '../api/types';
import { Confirm } from '../kit/Confirm';
import { Until } from '../kit/Format';
import { ProblemView } from '../kit/ProblemView';
import { toast } from '../kit/toast';
import { memberCountQuery, useDelete, useProtect, useRevive } from './tenants';

/** Protects a tenant from deletion, deletes it, and brings it back. Stays on the page while the tenant changes, so that it can say what was done. */
export function Deletion({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const { slug, name, status, deletionProtection, deletedAt, retainedUntil } = tenant;
  const [asking, { open, close }] = useDisclosure();
  const protect = useProtect(slug);
  const remove = useDelete(slug);
  const revive = useRevive(slug);
  const isDeleted = status === 'deleted';
  // One that never had a home is kept for no time.
  if (isDeleted ? retainedUntil == null || retainedUntil === deletedAt : !['creating', 'failed', 'active', 'suspended'].includes(status)) {
    return null;
  }

  const ask = () => {
    remove.reset();
    revive.reset();
    open();
  };
  const done = (words: string) => ({
    onSuccess: () => {
      toast(words);
      close();
    },
  });
  const canRevive = retainedUntil != null && new Date(retainedUntil) > new Date();
  return (
    <Stack gap="xs" align="flex-start">
      <Title order={2}>{t('platform.deletion')}</Title>
      {isDeleted ? (
        <>
          {retainedUntil != null && (
            <Text size="sm">
              {canRevive ? t('platform.revive.until') : t('platform.revive.ended')} <Until at={retainedUntil} />
            </Text>
          )}
          <Button variant="default" size="sm" leftSection={<IconRestore size={16} />} disabled={!canRevive} onClick={ask}>
            {t('platform.revive.open')}
          </Button>
        </>
      ) : (
        <>
          <Switch
            label={t('platform.protected')}
            description={t('platform.protectedHelp')}
            checked={deletionProtection}
            disabled={protect.isPending}
            onChange={(event) => protect.mutate(event.currentTarget.checked)}
          />
          {protect.error != null && <ProblemView error={protect.error} />}
          {!deletionProtection && (
            <Button variant="default" size="sm" leftSection={<IconTrash size={16} />} onClick={ask}>
              {t('platform.delete.open')}
            </Button>
          )}
        </>
      )}
      <ConfirmDelete
        key={String(asking)}
        tenant={tenant}
        opened={asking && !isDeleted}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={(confirm) => remove.mutate(confirm, done(t('platform.delete.done', { name })))}
        onClose={close}
      />
      <Confirm
        opened={asking && isDeleted}
        title={t('platform.revive.title', { name })}
        action={t('platform.revive.action')}
        color="accent"
        busy={revive.isPending}
        error={revive.error}
        onConfirm={() => revive.mutate(undefined, done(t('platform.revive.done', { name })))}
        onClose={close}
      >
        <Text size="sm">{t('platform.revive.text')}</Text>
      </Confirm>
    </Stack>
  );
}

interface ConfirmDeleteProps {
  tenant: Tenant;
  opened: boolean;
  busy: boolean;
  error: unknown;
  onConfirm: (slug: string) => void;
  onClose: () => void;
}

function ConfirmDelete({ tenant: { slug, name, status }, opened, busy, error, onConfirm, onClose }: ConfirmDeleteProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const unready = status === 'creating' || status === 'failed';
  const members = useQuery({ ...memberCountQuery(slug), enabled: opened && !unready });
  return (
    <Confirm
      opened={opened}
      title={t('platform.delete.title', { name })}
      action={t('platform.delete.action')}
      ready={typed.trim() === slug}
      busy={busy}
      error={error}
      onConfirm={() => onConfirm(typed.trim())}
      onClose={onClose}
    >
      <Stack gap="xs">
        {unready ? (
          <Text size="sm">{t('platform.delete.unready')}</Text>
        ) : (
          <>
            <Text size="sm">{t('platform.delete.text')}</Text>
            <List size="sm" spacing={4}>
              <List.Item>{members.data == null ? t('platform.delete.membersUncounted') : t('platform.delete.members', { count: members.data })}</List.Item>
              <List.Item>{t('platform.delete.work')}</List.Item>
              <List.Item>{t('platform.delete.kept')}</List.Item>
            </List>
          </>
        )}
        <TextInput
          label={<Trans i18nKey="platform.delete.confirm" values={{ slug }} components={{ code: <Code /> }} />}
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </Stack>
    </Confirm>
  );
}
