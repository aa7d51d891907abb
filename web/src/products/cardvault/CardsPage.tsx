import { Anchor, Button, Group, Kbd, Stack, Text, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconAlertTriangle, IconCards, IconDownload, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Card } from '../../api/types';
import { useHiddenColumns } from '../../kit/columns';
import { DataGrid, type Column } from '../../kit/DataGrid';
import { EmptyPage } from '../../kit/EmptyPage';
import { Day, Money, useNumber, When } from '../../kit/Format';
import { lazily } from '../../kit/lazily';
import { Page } from '../../kit/Page';
import { Pager } from '../../kit/Pager';
import { usePaging, useRows } from '../../kit/paging';
import { ProblemView } from '../../kit/ProblemView';
import { useIsPhone } from '../../kit/useIsPhone';
import { useWords } from '../../kit/useWords';
import { permissions } from '../../shell/permissions';
import { useCan, useTenant } from '../../shell/tenant';
import { Attributes } from './Attributes';
import { cardsQuery, defaultSort, exportAddress } from './cards';
import { gradeOf } from './cardWords';
import classes from './CardsPage.module.css';
import { filterNames, filterOf, type CardFilter } from './filter';

const AddCardDrawer = lazily(() => import('./AddCardDrawer').then((module) => module.AddCardDrawer));
const CardDrawer = lazily(() => import('./CardDrawer').then((module) => module.CardDrawer));
const ColumnChooser = lazily(() => import('../../kit/ColumnChooser').then((module) => module.ColumnChooser));
const CardFilters = lazily(() => import('./CardFilters').then((module) => module.CardFilters));
const route = getRouteApi('/signed-in/t/$tenant/cardvault/cards');
const hiddenAtFirst = ['team', 'manufacturer', 'certificate', 'tags', 'acquiredOn', 'updatedAt'];
const noFilter = Object.fromEntries(filterNames.map((name) => [name, undefined])) as CardFilter;

export function CardsPage() {
  const { t } = useTranslation();
  const tenant = useTenant();
  const phone = useIsPhone();
  const mayEdit = useCan(permissions.editCards);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = filterOf(search);
  const sort = search.sort ?? defaultSort;
  const field = useRef<HTMLInputElement>(null);
  const list = useQuery(cardsQuery(tenant.slug, filter, sort, search.after));
  const paging = usePaging(search.after);
  const columns = useColumns();
  const { hidden, toggle, reset } = useHiddenColumns('cards', hiddenAtFirst);

  // A filter or an order begins a new list, at its first page.
  const show = (values: Partial<typeof search>) => navigate({ search: (now) => ({ ...now, after: undefined, ...values }), replace: true });
  const rows = useRows(list, search.after, () => void show({}));
  const [words, setWords] = useWords(filter.q ?? '', (q) => void show({ q: q || undefined }));
  const open = (card: string | undefined, edit?: '1') => navigate({ search: (now) => ({ ...now, card, edit, add: undefined }), state: true });
  const add = (on: boolean) => navigate({ search: (now) => ({ ...now, add: on ? '1' : undefined, card: undefined, edit: undefined }), state: true });
  const clear = () => {
    setWords('');
    void show(noFilter);
  };
  const over = search.card !== undefined || search.add !== undefined;
  useHotkeys([['/', () => !over && field.current?.focus()]]);
  const filtered = Object.keys(filter).length > 0;

  return (
    <Page
      title={t('cardvault.cards.title')}
      of={tenant.name}
      actions={
        <>
          <Button
            variant="default"
            component="a"
            href={exportAddress(tenant.slug, filter)}
            download
            leftSection={<IconDownload size={16} />}
            title={t('cardvault.cards.exportHelp')}
          >
            {t('cardvault.cards.export')}
          </Button>
          {mayEdit && (
            <Button leftSection={<IconPlus size={16} />} onClick={() => void add(true)}>
              {t('cardvault.cards.add')}
            </Button>
          )}
        </>
      }
    >
      <Group gap="xs" mb="sm">
        <TextInput
          ref={field}
          flex="1 1 14rem"
          maw={{ sm: 380 }}
          type="search"
          leftSection={<IconSearch size={16} />}
          placeholder={t('cardvault.cards.find')}
          aria-label={t('cardvault.cards.find')}
          maxLength={200}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && field.current?.blur()}
        />
        <CardFilters filter={filter} onChange={(next) => void show({ ...noFilter, ...next })} />
        {filtered && (
          <Button variant="subtle" color="gray" onClick={clear}>
            {t('common.clearFilters')}
          </Button>
        )}
        {!phone && (
          <Group ml="auto">
            <ColumnChooser columns={columns.map(({ accessor, title }) => ({ name: accessor, title })).slice(1)} hidden={hidden} onToggle={toggle} onReset={reset} />
          </Group>
        )}
      </Group>
      {list.data !== undefined && list.error && <ProblemView error={list.error} onRetry={() => void list.refetch()} />}
      <DataGrid
        label={t('cardvault.cards.title')}
        columns={columns.filter(({ accessor }) => !hidden.includes(accessor))}
        rows={rows}
        rowKey={(card) => card.id}
        stale={list.isPlaceholderData}
        error={list.data === undefined ? list.error : undefined}
        onRetry={() => void list.refetch()}
        sort={sort}
        onSort={(next) => void show({ sort: next === defaultSort ? undefined : next })}
        onOpen={({ id }) => void open(id)}
        keys={!over}
        card={(card) => <CardRow card={card} />}
        empty={
          filtered ? (
            <EmptyPage
              icon={IconSearch}
              title={t('cardvault.cards.noMatchTitle')}
              action={
                <Button variant="default" onClick={clear}>
                  {t('common.clearFilters')}
                </Button>
              }
            >
              {t('cardvault.cards.noMatchText')}
            </EmptyPage>
          ) : (
            <EmptyPage
              icon={IconCards}
              title={t('cardvault.cards.emptyTitle')}
              action={
                mayEdit && (
                  <Group justify="center">
                    <Button onClick={() => void add(true)}>{t('cardvault.cards.add')}</Button>
                    <Button renderRoot={(props) => <Link {...props} to="/t/$tenant/cardvault/import" params={{ tenant: tenant.slug }} />} variant="default">
                      {t('cardvault.cards.importInstead')}
                    </Button>
                  </Group>
                )
              }
            >
              {mayEdit ? t('cardvault.cards.emptyText') : t('cardvault.cards.emptyTextViewer')}
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
      {!phone && rows && rows.length > 0 && (
        <Text size="xs" c="dimmed" mt="xs">
          <Kbd size="xs">/</Kbd> {t('cardvault.keys.find')} · <Kbd size="xs">j</Kbd> <Kbd size="xs">k</Kbd> {t('cardvault.keys.move')} · <Kbd size="xs">{t('cardvault.keys.enter')}</Kbd>{' '}
          {t('cardvault.keys.open')} · <Kbd size="xs">{t('cardvault.keys.escape')}</Kbd> {t('cardvault.keys.close')}
        </Text>
      )}
      {mayEdit && <AddCardDrawer opened={search.add !== undefined} onClose={() => void add(false)} />}
      <CardDrawer
        id={search.card}
        editing={search.edit !== undefined}
        onEdit={(on) => void open(search.card, on ? '1' : undefined)}
        onClose={() => void open(undefined)}
        onDeleted={() => navigate({ search: (now) => ({ ...now, card: undefined, edit: undefined }), state: true, replace: true })}
      />
    </Page>
  );
}

/** A card on a phone: who and which, and how good it is. */
function CardRow({ card }: { card: Card }) {
  const number = useNumber();
  return (
    <Group justify="space-between" wrap="nowrap" gap="sm">
      <Stack gap={2} miw={0}>
        <Text component="span" fw={550}>
          {card.player} <Attributes codes={card.attributes} />
        </Text>
        <Text component="span" size="sm" c="dimmed" truncate>
          {[card.cardNumber && `#${card.cardNumber}`, card.set].filter(Boolean).join(' · ')}
        </Text>
      </Stack>
      <Stack gap={2} align="flex-end" style={{ flexShrink: 0 }}>
        <Text component="span" size="sm" fw={550}>
          {gradeOf(card)}
        </Text>
        {card.quantity > 1 && (
          <Text component="span" size="sm" c="dimmed" className="tabular">
            × {number(card.quantity)}
          </Text>
        )}
      </Stack>
    </Group>
  );
}

function useColumns(): Column<Card>[] {
  const { t } = useTranslation();
  const number = useNumber();
  return [
    {
      accessor: 'player',
      title: t('cardvault.card.player'),
      sortable: true,
      render: (card) => (
        <Group gap={6} wrap="nowrap" miw="max-content">
          <Anchor
            renderRoot={(props) => <route.Link {...props} to="." search={(now) => ({ ...now, card: card.id, edit: undefined, add: undefined })} state />}
            c="inherit"
            fw={550}
            size="sm"
          >
            {card.player}
          </Anchor>
          <Attributes codes={card.attributes} />
          {card.warnings.length > 0 && (
            <IconAlertTriangle size={15} color="var(--mantine-color-amber-6)" role="img" className={classes.warning} aria-label={t('cardvault.warnings.title')} />
          )}
        </Group>
      ),
    },
    { accessor: 'number', title: t('cardvault.card.cardNumber'), sortable: true, render: (card) => card.cardNumber },
    { accessor: 'set', title: t('cardvault.card.set'), sortable: true, ellipsis: true, width: 230 },
    { accessor: 'year', title: t('cardvault.card.year'), sortable: true, textAlign: 'right' },
    { accessor: 'grade', title: t('cardvault.card.gradeOrCondition'), sortable: true, render: (card) => gradeOf(card) },
    { accessor: 'quantity', title: t('cardvault.card.quantity'), sortable: true, textAlign: 'right', render: (card) => number(card.quantity) },
    { accessor: 'cost', title: t('cardvault.card.cost'), sortable: true, textAlign: 'right', render: (card) => card.cost && <Money value={card.cost} /> },
    { accessor: 'collection', title: t('cardvault.card.collection'), render: (card) => card.collectionName, ellipsis: true, width: 160 },
    { accessor: 'location', title: t('cardvault.card.location'), sortable: true, ellipsis: true, width: 140 },
    { accessor: 'team', title: t('cardvault.card.team'), sortable: true },
    { accessor: 'manufacturer', title: t('cardvault.card.manufacturer'), sortable: true },
    { accessor: 'certificate', title: t('cardvault.card.certificate') },
    { accessor: 'tags', title: t('cardvault.card.tags'), render: (card) => card.tags.join(', '), ellipsis: true, width: 160 },
    { accessor: 'acquiredOn', title: t('cardvault.card.acquiredOn'), sortable: true, render: (card) => card.acquiredOn && <Day value={card.acquiredOn} /> },
    { accessor: 'updatedAt', title: t('cardvault.card.updatedAt'), sortable: true, render: (card) => <When at={card.updatedAt} /> },
  ];
}
