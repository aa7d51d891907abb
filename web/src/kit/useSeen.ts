import { useEffect, useRef } from 'react';

/** Brings what has just appeared into sight: at the foot of a long form it would be missed. */
export function useSeen<Element extends HTMLElement>(what: unknown, wanted = true) {
  const element = useRef<Element>(null);
  useEffect(() => {
    if (wanted) element.current?.scrollIntoView({ block: 'nearest' });
  }, [what, wanted]);
  return element;
}
