import { useEffect, useEffectEvent, useState } from 'react';

/**
 * The words of a search field and their setter. The address gets them by `put` when nobody has typed for a moment;
 * when it comes by other words (a link, back, a filter that is cleared), the field follows.
 */
export function useWords(address: string, put: (words: string) => void, wait = 250) {
  const [words, setWords] = useState(address);
  const [last, setLast] = useState(address);
  const [sent, setSent] = useState<string>();
  if (address !== last) {
    setLast(address);
    setSent(undefined);
    // What this field itself has sent may come back while more is typed.
    if (address !== sent && address !== words.trim()) setWords(address);
  }

  const send = useEffectEvent((next: string) => {
    setSent(next);
    put(next);
  });
  useEffect(() => {
    const next = words.trim();
    if (next === address) return;
    const timer = setTimeout(() => send(next), wait);
    return () => clearTimeout(timer);
  }, [words, address, wait]);

  return [words, setWords] as const;
}
