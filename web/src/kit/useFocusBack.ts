import { useLayoutEffect } from 'react';

/** Puts the focus back where it was before a dialog opened, also when it is mounted opened and unmounted to close: Mantine's own sees only changes. */
export function useFocusBack(opened: boolean) {
  useLayoutEffect(() => {
    if (!opened) return;
    const before = document.activeElement;
    return () => {
      const atClose = document.activeElement;
      setTimeout(() => {
        // Whatever closed it may have led the focus elsewhere by now.
        const now = document.activeElement;
        if (before instanceof HTMLElement && (now === null || now === document.body || now === atClose)) before.focus({ preventScroll: true });
      }, 10);
    };
  }, [opened]);
}
