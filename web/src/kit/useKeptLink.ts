import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';

interface Making {
  isPending: boolean;
  /** Forgets what the last call made. */
  reset: () => void;
}

/**
 * The server makes a one-time link only once: from the moment that it is asked for one, what shows the link stays, whatever is clicked beside it,
 * until somebody says that it is given.
 */
export function useKeptLink({ isPending, reset }: Making, link: string | null | undefined) {
  const [given, setGiven] = useState(false);
  const kept = isPending || (link != null && !given);
  useBlocker({
    // Back within the page changes the address only: what is kept stays shown.
    shouldBlockFn: ({ current, next }) => kept && current.pathname !== next.pathname,
    enableBeforeUnload: kept,
  });
  return {
    kept,
    give: () => setGiven(true),
    forget: () => {
      setGiven(false);
      reset();
    },
  };
}
