import { Anchor, Badge, Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { IconBuildingCommunity, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Tenant } from '../api/types';
import { lookUp } from '../i18n';
import { DataGrid, type Column } from '../kit/DataGrid';
import { EmptyPage } from '../kit/EmptyPage';
import { When } from '../kit/Format';
import { lazily } from '../kit/lazily';
import { Page } from '../kit/Page';
import { Pager } from '../kit/Pager';
import { usePaging, useRows } from '../kit/paging';
import { TenantState } from '../kit/Status';
import { useWords } from '../kit/useWords';
import { storesQuery } from './stores';
import { planName, plans, tenantsQuery } from './tenants';

const route = getRouteApi('/signed-in/platform/tenants');
const CreateTenantDrawer = lazily(() => import('./CreateTenantDrawer').then((module) => module.CreateTenantDrawer));
const TenantDrawer = lazily(() => import('./TenantDrawer').then((module) => module.TenantDrawer));
/** One that is gone for good has left its address name to others. */
const nameOf = ({ id, slug, status }: Tenant) => (status === 'purged' || status === 'erased' ? id : slug);
const states = ['active', 'suspended', 'creating', 'failed', 'deleting', 'deleted', 'purged'] as const;

export function TenantsPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useQuery(tenantsQuery(search));
  const { data: stores = [] } = useQuery(storesQuery);
  // One that is asked for stays chosen while the stores are not known, and where it is none of them.
  const names = [...new Set([...stores.map(({ name }) => name), ...(search.store ? [search.store] : [])])].sort();
  const paging = usePaging(search.after);

  // A filter begins a new list: its pages and the way back are others.
  const filter = (values: Partial<typeof search>) => navigate({ search: (now) => ({ ...now, after: undefined, ...values }), replace: true });
  const rows = useRows(list, search.after, () => void filter({}));
  const [words, setWords] = useWords(search.search ?? '', (next) => void filter({ search: next || undefined }));
  const open = (tenant: string | undefined) => navigate({ search: (now) => ({ ...now, tenant, new: undefined }), state: true });
  const create = (on: boolean) => navigate({ search: (now) => ({ ...now, tenant: undefined, new: on ? '1' : undefined }), state: true });
  const filtered = search.search !== undefined || search.status !== undefined || search.plan !== undefined || search.store !== undefined;

  const columns: Column<Tenant>[] = [
    {
      accessor: 'name',
      title: t('platform.name'),
      sortable: true,
      render: (tenant) => (
        <Anchor
          renderRoot={(props) => <route.Link {...props} to="." search={(now) => ({ ...now, tenant: nameOf(tenant), new: undefined })} state />}
          c="inherit"
          fw={550}
          size="sm"
        >
          {tenant.name}
        </Anchor>
      ),
    },
    { accessor: 'slug', title: t('platform.slug'), sortable: true },
    { accessor: 'status', title: t('platform.status'), render: ({ status }) => <TenantState status={status} /> },
    { accessor: 'plan', title: t('platform.plan'), render: ({ plan }) => planName(plan) },
    { accessor: 'products', title: t('platform.products'), render: ({ products }) => <ProductNames names={products} /> },
    { accessor: 'createdAt', title: t('platform.created'), sortable: true, render: ({ createdAt }) => <When at={createdAt} /> },
  ];

  return (
    <Page
      title={t('platform.title')}
      description={t('platform.description')}
      of={t('shell.platform')}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => void create(true)}>
          {t('platform.create.open')}
        </Button>
      }
    >
      <Group gap="xs" mb="sm">
        <TextInput
          flex="1 1 14rem"
          maw={{ sm: 360 }}
          leftSection={<IconSearch size={16} />}
          placeholder={t('platform.find')}
          aria-label={t('platform.find')}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <NativeSelect
          flex="1 1 8rem"
          maw={{ sm: 180 }}
          aria-label={t('platform.status')}
          data={[{ value: '', label: t('platform.anyStatus') }, ...states.map((value) => ({ value, label: t(`common.states.${value}`) }))]}
          value={search.status ?? ''}
          onChange={(event) => void filter({ status: event.currentTarget.value || undefined })}
        />
        <NativeSelect
          flex="1 1 8rem"
          maw={{ sm: 180 }}
          aria-label={t('platform.plan')}
          data={[{ value: '', label: t('platform.anyPlan') }, ...plans.map((value) => ({ value, label: planName(value) }))]}
          value={search.plan ?? ''}
          onChange={(event) => void filter({ plan: event.currentTarget.value || undefined })}
        />
        <NativeSelect
          flex="1 1 8rem"
          maw={{ sm: 180 }}
          aria-label={t('platform.store')}
          data={[{ value: '', label: t('platform.anyStore') }, ...names.map((value) => ({ value, label: value }))]}
          value={search.store ?? ''}
          onChange={(event) => void filter({ store: event.currentTarget.value || undefined })}
        />
      </Group>
      <DataGrid
        label={t('platform.title')}
        columns={columns}
        rows={rows}
        rowKey={(tenant) => tenant.id}
        stale={list.isPlaceholderData}
        error={list.data === undefined ? list.error : undefined}
        onRetry={() => void list.refetch()}
        sort={search.sort ?? 'name'}
        onSort={(sort) => void filter({ sort })}
        onOpen={(tenant) => void open(nameOf(tenant))}
        keys={search.tenant === undefined && search.new === undefined}
        card={(tenant) => (
          <Group justify="space-between" wrap="nowrap" gap="sm">
            <Stack gap={0} miw={0}>
              <Text fw={550} truncate>
                {tenant.name}
              </Text>
              <Text size="sm" c="dimmed" truncate>
                {tenant.slug}
              </Text>
            </Stack>
            <TenantState status={tenant.status} />
          </Group>
        )}
        empty={
          filtered ? (
            <EmptyPage
              icon={IconSearch}
              title={t('platform.noMatchTitle')}
              action={
                <Button
                  variant="default"
                  onClick={() => {
                    setWords('');
                    void filter({ search: undefined, status: undefined, plan: undefined });
                  }}
                >
                  {t('common.clearFilters')}
                </Button>
              }
            />
          ) : (
            <EmptyPage
              icon={IconBuildingCommunity}
              title={t('platform.emptyTitle')}
              action={<Button onClick={() => void create(true)}>{t('platform.create.open')}</Button>}
            >
              {t('platform.emptyText')}
            </EmptyPage>
          )
        }
      />
      {list.data && rows && (
        <Pager
          paging={paging}
          rows={rows.length}
          next={list.data.next}
          total={list.data.total}
          onGo={({ after, cursors }) => void navigate({ search: (now) => ({ ...now, after }), state: { cursors } })}
        />
      )}
      <CreateTenantDrawer opened={search.new !== undefined} onClose={() => void create(false)} />
      <TenantDrawer slug={search.tenant} onClose={() => void open(undefined)} />
    </Page>
  );
}

export function ProductNames({ names }: { names: string[] }) {
  return (
    <Group gap={4}>
      {names.map((name) => (
        <Badge key={name} variant="default" radius="sm" tt="none">
          {lookUp('shell.productNames', name) ?? name}
        </Badge>
      ))}
    </Group>
  );
}
