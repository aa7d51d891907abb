import { useEffect, useEffectEvent } from 'react';

const open: object[] = [];
/** By the time the next listener hears of it, what was on top may have left the page already. */
const handled = new WeakSet<Event>();

/** Esc closes only what lies on top: dialogs and drawers listen here instead of each for itself. */
export function useEscape(opened: boolean, onClose: () => void) {
  const close = useEffectEvent(onClose);
  useEffect(() => {
    if (!opened) return;
    const own = {};
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing || open.at(-1) !== own || handled.has(event)) return;
      // An open list of choices takes its Esc for itself.
      if (event.target instanceof Element && event.target.getAttribute('data-mantine-stop-propagation') === 'true') return;
      handled.add(event);
      close();
    };
    open.push(own);
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => {
      open.splice(open.indexOf(own), 1);
      window.removeEventListener('keydown', onKeyDown, { capture: true });
    };
  }, [opened]);
}
