import { useMediaQuery } from '@mantine/hooks';

/** Below 768 px tables are cards, drawers are pages, and the pages' places stand at the foot. */
export function useIsPhone(): boolean {
  return useMediaQuery('(max-width: 47.99em)', window.innerWidth < 768, { getInitialValueInEffect: false });
}
