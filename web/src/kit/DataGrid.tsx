import 'mantine-datatable/styles.css';
import { Box, Paper, UnstyledButton } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { DataTable, type DataTableColumn, type DataTableSortStatus } from 'mantine-datatable';
import { useRef, useState, type ReactNode } from 'react';
import { ProblemView } from './ProblemView';
import { useIsPhone } from './useIsPhone';
import { Waiting } from './Waiting';
import classes from './DataGrid.module.css';

export type Column<Row> = DataTableColumn<Row> & { accessor: string; title: string };

interface DataGridProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[] | undefined;
  rowKey: (row: Row) => string;
  /** Whether older rows are shown while newer ones are on their way. */
  stale?: boolean;
  error?: unknown;
  onRetry?: () => void;
  /** The API's `sort`: a field, with a minus for descending. */
  sort?: string;
  onSort?: (sort: string) => void;
  onOpen?: (row: Row) => void;
  /** Below 768 px a row is a card with the facts that matter. */
  card: (row: Row) => ReactNode;
  /** Instead of no rows. */
  empty: ReactNode;
  /** Whether j, k and Enter move through the rows: not while something lies over them. */
  keys?: boolean;
}

export function DataGrid<Row>({ label, columns, rows, rowKey, stale, error, onRetry, sort, onSort, onOpen, card, empty, keys = true }: DataGridProps<Row>) {
  const phone = useIsPhone();
  const [at, setAt] = useState<string | null>(null);
  const body = useRef<HTMLTableSectionElement>(null);

  const move = (by: number) => {
    if (!keys || rows === undefined || rows.length === 0) return;
    const index = Math.min(Math.max(rows.findIndex((row) => rowKey(row) === at) + by, 0), rows.length - 1);
    const row = rows[index];
    if (row === undefined) return;
    setAt(rowKey(row));
    const element = body.current?.rows[index];
    element?.scrollIntoView({ block: 'nearest' });
    // The focus goes along: else Enter would press the button that was clicked last.
    element?.querySelector('a')?.focus({ preventScroll: true });
  };
  useHotkeys([
    ['j', () => move(1)],
    ['k', () => move(-1)],
    [
      'enter',
      () => {
        // A link or button that has the focus answers Enter itself.
        if (!keys || document.activeElement?.closest('a, button') != null) return;
        const row = rows?.find((candidate) => rowKey(candidate) === at);
        if (row !== undefined) onOpen?.(row);
      },
      { preventDefault: false },
    ],
    ['escape', () => keys && setAt(null), { preventDefault: false }],
  ]);

  if (error != null) return <ProblemView error={error} onRetry={onRetry} />;
  if (rows === undefined) return <Waiting rows={8} />;
  if (rows.length === 0) return <Paper withBorder>{empty}</Paper>;

  if (phone) {
    return (
      <Paper withBorder component="ul" aria-label={label} className={classes.cards} data-stale={stale || undefined}>
        {rows.map((row) => (
          <li key={rowKey(row)}>
            {onOpen === undefined ? (
              <Box className={classes.card}>{card(row)}</Box>
            ) : (
              <UnstyledButton className={classes.card} onClick={() => onOpen(row)}>
                {card(row)}
              </UnstyledButton>
            )}
          </li>
        ))}
      </Paper>
    );
  }

  const sorting =
    sort === undefined || onSort === undefined
      ? {}
      : {
          sortStatus: { columnAccessor: sort.replace(/^-/, ''), direction: sort.startsWith('-') ? ('desc' as const) : ('asc' as const) },
          onSortStatusChange: ({ columnAccessor, direction }: DataTableSortStatus<Row>) =>
            onSort(direction === 'desc' ? `-${String(columnAccessor)}` : String(columnAccessor)),
        };
  return (
    <DataTable<Row>
      aria-label={label}
      className={classes.table}
      data-stale={stale || undefined}
      records={rows}
      columns={columns}
      idAccessor={rowKey}
      withTableBorder
      borderRadius="sm"
      highlightOnHover={onOpen !== undefined}
      verticalSpacing={7}
      defaultColumnProps={{ noWrap: true }}
      fz="sm"
      bodyRef={(element) => {
        body.current = element;
      }}
      // Given a height to keep to, the table scrolls in itself and its head stays in sight.
      maxHeight="calc(100dvh - 16.5rem)"
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      rowClassName={(row) => (rowKey(row) === at ? classes.current : undefined)}
      onRowClick={
        onOpen &&
        (({ record, event }) => {
          // A row's own links and buttons do what they say.
          if ((event.target as Element).closest('a, button, input, label') === null) onOpen(record);
        })
      }
      {...sorting}
    />
  );
}
