import { queryOptions } from '@tanstack/react-query';
import { got, platform } from '../api/client';

// A page holds as many servers as an installation is likely to have; who has more names a store that is not shown by the API or the command line.
const most = 200;

/** Where tenants can live. */
export const storesQuery = queryOptions({
  queryKey: ['platform', 'stores'],
  queryFn: async ({ signal }) => (await got(platform.GET('/api/stores', { params: { query: { limit: most } }, signal }))).items,
});
