import { Outlet } from '@tanstack/react-router';
import { lazily } from '../kit/lazily';
import { useSessionEnded } from './ended';

const SessionEnded = lazily(() => import('./SessionEnded').then((module) => module.SessionEnded));

/** Whatever page it is where the session ends, it stays under the dialog that asks to sign in again. */
export function SignedInPages() {
  const ended = useSessionEnded();
  return (
    <>
      <Outlet />
      {ended && <SessionEnded />}
    </>
  );
}
