import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazily } from './kit/lazily';
import { createQueries } from './queries';
import { createConsoleRouter } from './routes';

// A toast comes only after something was done: its code need not be there for the first show.
const Notifications = lazily(() => import('@mantine/notifications').then((module) => module.Notifications));

const queries = createQueries();
const router = createConsoleRouter(queries);

export function SignedIn() {
  return (
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
      <Notifications position="bottom-right" />
    </QueryClientProvider>
  );
}
