import { ActionIcon, Anchor, Button, Code, Group, List, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { IconBuildingCommunity, IconCircleCheck, IconRefresh, IconSearch, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../api/problem';
import type { Event } from '../api/types';
import { DataGrid, type Column } from '../kit/DataGrid';
import { EmptyPage } from '../kit/EmptyPage';
import { When } from '../kit/Format';
import { lazily } from '../kit/lazily';
import { Page } from '../kit/Page';
import { Pager } from '../kit/Pager';
import { usePaging, useRows } from '../kit/paging';
import { ProblemView } from '../kit/ProblemView';
import { toast } from '../kit/toast';
import { useWords } from '../kit/useWords';
import { EventSummary } from './EventSummary';
import { eventsQuery, useDropEvent, useRefreshEvents, useRetryEvent } from './events';

const Confirm = lazily(() => import('../kit/Confirm').then((module) => module.Confirm));
const route = getRouteApi('/signed-in/platform/events');

export function EventsPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const waiting = search.state === 'waiting';
  const list = useQuery(eventsQuery(search));
  const paging = usePaging(search.after);
  const filter = (values: Partial<typeof search>) => navigate({ search: (now) => ({ ...now, after: undefined, ...values }), replace: true });
  const rows = useRows(list, search.after, () => void filter({}));
  const [tenantWords, setTenantWords] = useWords(search.tenant ?? '', (next) => void filter({ tenant: next || undefined }));
  const [kindWords, setKindWords] = useWords(search.kind ?? '', (next) => void filter({ kind: next || undefined }));
  const refresh = useRefreshEvents();
  const retry = useRetryEvent();
  const drop = useDropEvent();
  const [dropping, setDropping] = useState<Event | null>(null);
  const filtered = search.tenant !== undefined || search.kind !== undefined;
  // While a name is typed it is nobody's yet.
  const nobodys = list.data === undefined && search.tenant !== undefined && isProblem(list.error, 404);
  const whose = ({ tenant }: Event) => tenant?.name ?? tenant?.id ?? t('platform.events.ofPlatform');

  const tenantOf = (event: Event) =>
    event.tenant?.slug == null ? (
      <Text size="sm" c="dimmed" truncate>
        {whose(event)}
      </Text>
    ) : (
      <Anchor component="button" type="button" size="sm" c="inherit" onClick={() => void filter({ tenant: event.tenant?.slug ?? undefined })}>
        {whose(event)}
      </Anchor>
    );
  const errorOf = ({ error }: Event) =>
    error && (
      <Text size="xs" c="dimmed" ff="monospace" lineClamp={3} title={error} style={{ overflowWrap: 'anywhere' }}>
        {error}
      </Text>
    );
  const acts = (event: Event) =>
    event.state === 'failed' && (
      <Group gap={4} wrap="nowrap" justify="flex-end">
        <ActionIcon
          variant="subtle"
          color="gray"
          title={t('platform.events.retry.open')}
          aria-label={t('platform.events.retry.label', { kind: event.kind, whose: whose(event) })}
          loading={retry.isPending && retry.variables === event}
          onClick={() => retry.mutate(event, { onSuccess: () => toast(t('platform.events.retry.done', { kind: event.kind })) })}
        >
          <IconRefresh size={16} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          title={t('platform.events.drop.open')}
          aria-label={t('platform.events.drop.label', { kind: event.kind, whose: whose(event) })}
          onClick={() => {
            drop.reset();
            setDropping(event);
          }}
        >
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
    );
  const next = ({ failedAt, nextTryAt }: Event) => (failedAt ? <When at={failedAt} /> : nextTryAt && <When at={nextTryAt} />);

  const columns: Column<Event>[] = [
    { accessor: 'kind', title: t('platform.events.kind'), render: ({ kind }) => <Text size="sm" fw={550}>{kind}</Text> },
    { accessor: 'tenant', title: t('platform.events.tenant'), render: tenantOf },
    { accessor: 'publishedAt', title: t('platform.events.published'), render: ({ publishedAt }) => <When at={publishedAt} /> },
    { accessor: 'attempts', title: t('platform.events.attempts'), textAlign: 'right' },
    { accessor: 'next', title: t(waiting ? 'platform.events.nextTry' : 'platform.events.setAside'), render: next },
    { accessor: 'error', title: t('platform.events.error'), render: errorOf, noWrap: false, width: 320 },
    ...(waiting ? [] : [{ accessor: 'acts', title: t('platform.events.acts'), render: acts, width: 120, textAlign: 'right' as const }]),
  ];

  return (
    <Page title={t('platform.events.title')} description={t('platform.events.description')} of={t('shell.platform')}>
      <EventSummary />
      <Group gap="xs" mb="sm">
        <NativeSelect
          flex="1 1 8rem"
          maw={{ sm: 180 }}
          aria-label={t('platform.events.state')}
          data={[
            { value: '', label: t('platform.events.setAside') },
            { value: 'waiting', label: t('platform.events.waits') },
          ]}
          value={waiting ? 'waiting' : ''}
          onChange={(event) => void filter({ state: event.currentTarget.value || undefined })}
        />
        <TextInput
          flex="1 1 11rem"
          maw={{ sm: 240 }}
          leftSection={<IconBuildingCommunity size={16} />}
          placeholder={t('platform.events.findTenant')}
          aria-label={t('platform.events.findTenant')}
          value={tenantWords}
          onChange={(event) => setTenantWords(event.currentTarget.value)}
        />
        <TextInput
          flex="1 1 11rem"
          maw={{ sm: 240 }}
          leftSection={<IconSearch size={16} />}
          placeholder={t('platform.events.findKind')}
          aria-label={t('platform.events.findKind')}
          value={kindWords}
          onChange={(event) => setKindWords(event.currentTarget.value)}
        />
        <Button variant="default" leftSection={<IconRefresh size={16} />} loading={list.isRefetching} onClick={() => void refresh()}>
          {t('platform.events.refresh')}
        </Button>
      </Group>
      <Stack gap="sm">
        {retry.error != null && <ProblemView error={retry.error} />}
        <DataGrid
          label={t('platform.events.title')}
          columns={columns}
          rows={nobodys ? [] : rows}
          rowKey={({ place, tenant, id }) => `${place} ${tenant?.id ?? ''} ${id}`}
          stale={list.isPlaceholderData}
          error={list.data === undefined && !nobodys ? list.error : undefined}
          onRetry={() => void list.refetch()}
          keys={false}
          card={(event) => (
            <Stack gap={4}>
              <Group justify="space-between" wrap="nowrap">
                <Text fw={550} size="sm" truncate>
                  {event.kind}
                </Text>
                {acts(event)}
              </Group>
              <Group justify="space-between" wrap="nowrap" gap="sm">
                {tenantOf(event)}
                <Text size="sm" c="dimmed">
                  <When at={event.publishedAt} />
                </Text>
              </Group>
              {errorOf(event)}
            </Stack>
          )}
          empty={
            filtered ? (
              <EmptyPage
                icon={IconSearch}
                title={t(nobodys ? 'platform.events.noTenantTitle' : 'platform.events.noMatchTitle')}
                action={
                  <Button
                    variant="default"
                    onClick={() => {
                      setTenantWords('');
                      setKindWords('');
                      void filter({ tenant: undefined, kind: undefined });
                    }}
                  >
                    {t('common.clearFilters')}
                  </Button>
                }
              />
            ) : (
              <EmptyPage icon={IconCircleCheck} title={t(waiting ? 'platform.events.noneWaitsTitle' : 'platform.events.emptyTitle')}>
                {t(waiting ? 'platform.events.noneWaitsText' : 'platform.events.emptyText')}
              </EmptyPage>
            )
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
      <Confirm
        opened={dropping !== null}
        title={t('platform.events.drop.title', { kind: dropping?.kind ?? '' })}
        action={t('platform.events.drop.action')}
        busy={drop.isPending}
        error={drop.error}
        onConfirm={() =>
          dropping !== null &&
          drop.mutate(dropping, {
            onSuccess: () => {
              toast(t('platform.events.drop.done', { kind: dropping.kind }));
              setDropping(null);
            },
          })
        }
        onClose={() => setDropping(null)}
      >
        {dropping !== null && (
          <Stack gap="xs">
            <Text size="sm">
              {t('platform.events.drop.what', { kind: dropping.kind, whose: whose(dropping) })} <When at={dropping.publishedAt} />
            </Text>
            <Code>{dropping.id}</Code>
            <List size="sm" spacing={4}>
              <List.Item>{t('platform.events.drop.lost')}</List.Item>
              <List.Item>{t('platform.events.drop.kept')}</List.Item>
              <List.Item>{t('platform.events.drop.recorded')}</List.Item>
            </List>
          </Stack>
        )}
      </Confirm>
    </Page>
  );
}
