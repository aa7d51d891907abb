import { ActionIcon, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlbum, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../account/session';
import type { Collection } from '../../api/types';
import { DataGrid, type Column } from '../../kit/DataGrid';
import { EmptyPage } from '../../kit/EmptyPage';
import { useNumber, When } from '../../kit/Format';
import { lazily } from '../../kit/lazily';
import { Page } from '../../kit/Page';
import { toast } from '../../kit/toast';
import { permissions } from '../../shell/permissions';
import { useCan, useTenant } from '../../shell/tenant';
import { collectionsQuery } from './cards';
import { useDeleteCollection } from './collections';

const CollectionDialog = lazily(() => import('./CollectionDialog').then((module) => module.CollectionDialog));
const Confirm = lazily(() => import('../../kit/Confirm').then((module) => module.Confirm));
const route = getRouteApi('/signed-in/t/$tenant/cardvault/collections');

export function CollectionsPage() {
  const { t } = useTranslation();
  const tenant = useTenant();
  const { person } = useMe();
  const number = useNumber();
  const mayEdit = useCan(permissions.editCards);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useQuery(collectionsQuery(tenant.slug));
  const remove = useDeleteCollection(tenant.slug);
  const [renaming, setRenaming] = useState<Collection | null>(null);
  const [leaving, setLeaving] = useState<Collection | null>(null);
  // A second try is made on the version that the list has by then.
  const latest = (collection: Collection) => list.data?.find(({ id }) => id === collection.id) ?? collection;
  const create = (on: boolean) => navigate({ search: { new: on ? '1' : undefined } });

  const name = (collection: Collection) => (
    <Anchor
      renderRoot={(props) => <Link {...props} to="/t/$tenant/cardvault/cards" params={{ tenant: tenant.slug }} search={{ collectionId: collection.id }} />}
      c="inherit"
      fw={550}
      size="sm"
    >
      {collection.name}
    </Anchor>
  );
  const actions = (collection: Collection) =>
    collection.canEdit && (
      <Group gap={4} justify="flex-end" wrap="nowrap">
        <ActionIcon
          variant="subtle"
          color="gray"
          title={t('common.rename')}
          aria-label={t('cardvault.collections.rename', { name: collection.name })}
          onClick={() => setRenaming(collection)}
        >
          <IconPencil size={16} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          title={t('common.delete')}
          aria-label={t('cardvault.collections.delete', { name: collection.name })}
          onClick={() => {
            remove.reset();
            setLeaving(collection);
          }}
        >
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
    );

  const columns: Column<Collection>[] = [
    { accessor: 'name', title: t('cardvault.collections.name'), render: name },
    { accessor: 'cards', title: t('cardvault.collections.cards'), textAlign: 'right', render: ({ cards }) => number(cards) },
    { accessor: 'copies', title: t('cardvault.collections.copies'), textAlign: 'right', render: ({ copies }) => number(copies) },
    {
      accessor: 'ownerId',
      title: t('cardvault.collections.owner'),
      render: ({ ownerId }) => (ownerId === person.id ? t('members.you') : t('cardvault.collections.somebody')),
    },
    { accessor: 'createdAt', title: t('cardvault.collections.created'), render: ({ createdAt }) => <When at={createdAt} /> },
    ...(mayEdit ? [{ accessor: 'actions', title: t('cardvault.collections.actions'), render: actions, width: 110, textAlign: 'right' as const }] : []),
  ];
  const add = mayEdit && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => void create(true)}>
      {t('cardvault.collections.create')}
    </Button>
  );

  const cardsLeft = leaving === null ? 0 : latest(leaving).cards;

  return (
    <Page title={t('cardvault.collections.title')} description={t('cardvault.collections.description')} of={tenant.name} actions={add}>
      <DataGrid
        label={t('cardvault.collections.title')}
        columns={columns}
        rows={list.data}
        rowKey={(collection) => collection.id}
        error={list.data === undefined ? list.error : undefined}
        onRetry={() => void list.refetch()}
        keys={false}
        card={(collection) => (
          <Group justify="space-between" wrap="nowrap">
            <Stack gap={2} miw={0}>
              {name(collection)}
              <Text size="sm" c="dimmed">
                {t('cardvault.collections.countOfCards', { count: collection.cards, cards: number(collection.cards) })}
                {' · '}
                {t('cardvault.collections.countOfCopies', { count: collection.copies, copies: number(collection.copies) })}
              </Text>
            </Stack>
            {actions(collection)}
          </Group>
        )}
        empty={
          <EmptyPage icon={IconAlbum} title={t('cardvault.collections.emptyTitle')} action={add}>
            {t('cardvault.collections.emptyText')}
          </EmptyPage>
        }
      />
      {mayEdit && (
        <>
          <CollectionDialog opened={search.new !== undefined} onClose={() => void create(false)} />
          {renaming && <CollectionDialog opened collection={latest(renaming)} onClose={() => setRenaming(null)} />}
        </>
      )}
      <Confirm
        opened={leaving !== null}
        title={t('cardvault.collections.deleteTitle', { name: leaving?.name ?? '' })}
        action={t('common.delete')}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          leaving !== null &&
          remove.mutate(latest(leaving), {
            onSuccess: () => {
              toast(t('cardvault.collections.deleted', { name: leaving.name }));
              setLeaving(null);
            },
          })
        }
        onClose={() => setLeaving(null)}
      >
        <Text size="sm">
          {cardsLeft === 0 ? t('cardvault.collections.deleteEmpty') : t('cardvault.collections.deleteText', { count: cardsLeft, cards: number(cardsLeft) })}
        </Text>
      </Confirm>
    </Page>
  );
}
