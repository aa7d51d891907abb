import { useEffect, useState } from 'react';
import { doorOf } from './account/door-paths';
import { ErrorBoundary } from './kit/ErrorBoundary';
import { lazily } from './kit/lazily';

const Door = lazily(() => import('./account/Door').then((module) => module.Door));
const loadConsole = () => import('./SignedIn').then((module) => module.SignedIn);
const Console = lazily(loadConsole);

/** The door is small and stands alone; what is behind it is fetched while somebody types a password. */
export function App() {
  const [door, setDoor] = useState(() => doorOf(window.location.pathname));
  useEffect(() => {
    // Where this fails, it is said when the console is to be shown.
    if (door !== undefined) loadConsole().catch(() => undefined);
  }, [door]);
  const enter = (to: string) => {
    window.history.replaceState(null, '', to);
    setDoor(undefined);
  };
  return <ErrorBoundary>{door === undefined ? <Console /> : <Door path={door} onEnter={enter} />}</ErrorBoundary>;
}
