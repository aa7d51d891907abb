import { useHash } from '@mantine/hooks';
import type { DoorPath } from './door-paths';
import { InvitationPage } from './InvitationPage';
import { SignInPage } from './SignInPage';

/** The pages before the sign-in. */
export function Door({ path, onEnter }: { path: DoorPath; onEnter: (to: string) => void }) {
  // Another link that is opened in the same tab changes only what stands after the #: the page is not loaded anew.
  const [hash] = useHash({ getInitialValueInEffect: false });
  if (path === '/sign-in') return <SignInPage search={new URLSearchParams(window.location.search)} onEnter={onEnter} />;
  const token = new URLSearchParams(hash.slice(1)).get('token');
  return <InvitationPage key={token} token={token} onEnter={onEnter} />;
}
