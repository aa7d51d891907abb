import { useLocation } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useState } from 'react';

declare module '@tanstack/history' {
  interface HistoryState {
    /** The cursors of the pages before this one, the first page's being empty text. */
    cursors?: string[];
  }
}

export const pageSize = 50;

export interface Paging {
  /** Rows before this page; undefined for somebody who came by a link into the middle. */
  before: number | undefined;
  first: boolean;
  previous: { after: string | undefined; cursors: string[] } | undefined;
  onwards: (next: string) => { after: string; cursors: string[] };
}

/**
 * Keyset pages know only what comes after them. The way back is kept in the browser's history entry,
 * so that it survives a reload and does not lengthen the address.
 */
export function usePaging(after: string | undefined): Paging {
  const cursors = useLocation({ select: (location) => location.state.cursors }) ?? [];
  const known = after === undefined || cursors.length > 0;
  const last = cursors.at(-1);
  return {
    before: known ? (after === undefined ? 0 : cursors.length * pageSize) : undefined,
    first: after === undefined,
    previous: after !== undefined && last !== undefined ? { after: last === '' ? undefined : last, cursors: cursors.slice(0, -1) } : undefined,
    onwards: (next) => ({ after: next, cursors: [...(after === undefined ? [] : cursors), after ?? ''] }),
  };
}

interface List<Row> {
  data: { items: Row[] } | undefined;
  isPlaceholderData: boolean;
}

/** The rows to show. A later page that has been emptied is left for the first one; until that is there, nothing is said of the list. */
export function useRows<Row>({ data, isPlaceholderData }: List<Row>, after: string | undefined, toFirst: () => void): Row[] | undefined {
  const emptied = after !== undefined && data?.items.length === 0 && !isPlaceholderData;
  const [leaving, setLeaving] = useState(false);
  // The empty page stands in for the first one while that is on its way.
  const here = emptied || (leaving && isPlaceholderData);
  if (leaving !== here) setLeaving(here);

  const leave = useEffectEvent(toFirst);
  useEffect(() => {
    if (emptied) leave();
  }, [emptied]);
  return here ? undefined : data?.items;
}
