import { useState } from 'react';
import { useMe } from '../account/session';
import { recall, remember } from './remember';

/** Which columns of a table a person has put away. */
export function useHiddenColumns(table: string, hiddenAtFirst: string[]) {
  const { person } = useMe();
  const key = `rowhouse.columns.${person.id}.${table}`;
  const [hidden, setHidden] = useState(() => recall<string[]>(key, hiddenAtFirst));
  const change = (next: string[]) => {
    setHidden(next);
    remember(key, next);
  };
  return {
    hidden,
    toggle: (column: string) => change(hidden.includes(column) ? hidden.filter((other) => other !== column) : [...hidden, column]),
    reset: () => change(hiddenAtFirst),
  };
}
