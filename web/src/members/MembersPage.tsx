import { ActionIcon, Badge, Button, Group, Stack, Text } from '@mantine/core';
import { IconLink, IconPlus, IconTrash, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../account/session';
import type { Member } from '../api/types';
import { DataGrid, type Column } from '../kit/DataGrid';
import { EmptyPage } from '../kit/EmptyPage';
import { When } from '../kit/Format';
import { lazily } from '../kit/lazily';
import { Page } from '../kit/Page';
import { Pager } from '../kit/Pager';
import { usePaging, useRows } from '../kit/paging';
import { ProblemView } from '../kit/ProblemView';
import { toast } from '../kit/toast';
import { permissions } from '../shell/permissions';
import { useCan, useTenant } from '../shell/tenant';
import { membersQuery, useRemoveMember } from './members';
import { RoleOf } from './RoleOf';

const AddMemberDialog = lazily(() => import('./AddMemberDialog').then((module) => module.AddMemberDialog));
const RenewLinkDialog = lazily(() => import('./RenewLinkDialog').then((module) => module.RenewLinkDialog));
const Confirm = lazily(() => import('../kit/Confirm').then((module) => module.Confirm));
const route = getRouteApi('/signed-in/t/$tenant/members');

export function MembersPage() {
  const { t } = useTranslation();
  const tenant = useTenant();
  const { person } = useMe();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayManage = useCan(permissions.editMembers);
  const list = useQuery(membersQuery(tenant.slug, search.after));
  const paging = usePaging(search.after);
  const rows = useRows(list, search.after, () => void navigate({ search: (now) => ({ ...now, after: undefined }), replace: true }));
  const remove = useRemoveMember(tenant.slug);
  /** By member, how the last change of role failed. */
  const [failures, setFailures] = useState<Record<string, unknown>>({});
  const [leaving, setLeaving] = useState<Member | null>(null);
  const [renewing, setRenewing] = useState<Member | null>(null);
  const add = (on: boolean) => navigate({ search: (now) => ({ ...now, new: on ? '1' : undefined }), state: true });

  const role = (member: Member) => (
    <RoleOf member={member} mayManage={mayManage} onFailure={(error) => setFailures((now) => ({ ...now, [member.id]: error }))} />
  );
  const removal = (member: Member) =>
    mayManage && (
      <ActionIcon
        variant="subtle"
        color="gray"
        title={t('common.remove')}
        aria-label={t('members.remove.open', { name: member.name })}
        onClick={() => {
          remove.reset();
          setLeaving(member);
        }}
      >
        <IconTrash size={16} />
      </ActionIcon>
    );
  const who = (member: Member) => (
    <Stack gap={0} miw={0}>
      <Group gap={6} wrap="nowrap">
        <Text size="sm" fw={550} truncate>
          {member.name}
        </Text>
        {member.personId === person.id && (
          <Badge size="sm" variant="default" radius="sm" tt="none">
            {t('members.you')}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed" truncate>
        {member.email}
      </Text>
    </Stack>
  );
  const access = (member: Member) => (
    <Group gap="xs" wrap="nowrap">
      <Text size="sm" c={member.joinedAt ? 'dimmed' : undefined}>
        {member.joinedAt ? t('members.hasJoined') : t('members.waiting')}
      </Text>
      {mayManage && !member.joinedAt && (
        <Button
          size="compact-xs"
          variant="light"
          leftSection={<IconLink size={14} />}
          aria-label={t('members.linkLost', { name: member.name })}
          onClick={() => setRenewing(member)}
        >
          {t('members.linkNew')}
        </Button>
      )}
    </Group>
  );

  const columns: Column<Member>[] = [
    { accessor: 'name', title: t('members.name'), render: who },
    { accessor: 'role', title: t('members.role'), render: role, width: 160 },
    { accessor: 'joinedAt', title: t('members.access'), render: access },
    { accessor: 'invitedAt', title: t('members.invited'), render: ({ invitedAt }) => <When at={invitedAt} /> },
    ...(mayManage ? [{ accessor: 'remove', title: t('common.remove'), render: removal, width: 90, textAlign: 'right' as const }] : []),
  ];

  return (
    <Page
      title={t('members.title')}
      description={t('members.description', { tenant: tenant.name })}
      of={tenant.name}
      actions={
        mayManage && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => void add(true)}>
            {t('members.add.open')}
          </Button>
        )
      }
    >
      <Stack gap="sm">
        {Object.entries(failures).map(([id, error]) => error != null && <ProblemView key={id} error={error} />)}
        <DataGrid
          label={t('members.title')}
          columns={columns}
          rows={rows}
          rowKey={(member) => member.id}
          stale={list.isPlaceholderData}
          error={list.data === undefined ? list.error : undefined}
          onRetry={() => void list.refetch()}
          keys={false}
          card={(member) => (
            <Stack gap={6}>
              <Group justify="space-between" wrap="nowrap">
                {who(member)}
                {removal(member)}
              </Group>
              <Group justify="space-between">
                {role(member)}
                {access(member)}
              </Group>
            </Stack>
          )}
          empty={
            <EmptyPage icon={IconUsers} title={t('members.emptyTitle')} action={mayManage && <Button onClick={() => void add(true)}>{t('members.add.open')}</Button>} />
          }
        />
      </Stack>
      {list.data && rows && (
        <Pager
          paging={paging}
          rows={rows.length}
          next={list.data.next}
          total={list.data.total}
          onGo={({ after, cursors }) => void navigate({ search: (now) => ({ ...now, after }), state: { cursors } })}
        />
      )}
      {mayManage && <RenewLinkDialog member={renewing} onClose={() => setRenewing(null)} />}
      {mayManage && <AddMemberDialog opened={search.new !== undefined} onClose={() => void add(false)} />}
      <Confirm
        opened={leaving !== null}
        title={t('members.remove.title', { name: leaving?.name ?? '' })}
        action={t('common.remove')}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          leaving !== null &&
          remove.mutate(leaving.id, {
            onSuccess: () => {
              toast(t('members.remove.done', { name: leaving.name }));
              setLeaving(null);
            },
          })
        }
        onClose={() => setLeaving(null)}
      >
        <Text size="sm">{t(leaving?.joinedAt ? 'members.remove.text' : 'members.remove.withdraw', { name: leaving?.name ?? '', tenant: tenant.name })}</Text>
      </Confirm>
    </Page>
  );
}
