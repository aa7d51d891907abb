import { Subscribed } from '../../shell/StatePages';
import { Outlet } from '@tanstack/react-router';

/** What stands around every page of the product. */
export function CardVault() {
  return (
    <Subscribed product="cardvault">
      <Outlet />
    </Subscribed>
  );
}
