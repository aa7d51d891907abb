import { queryOptions } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { got, platform } from '../api/client';
import type { Tenant, TenantMembership } from '../api/types';

/** The tenant of this page with what the person may do in it. */
export interface OpenTenant extends TenantMembership {
  /** Whether the person is here only because they run the platform. */
  staff: boolean;
}

const TenantContext = createContext<OpenTenant | null>(null);
export const TenantProvider = TenantContext.Provider;

export function useTenant(): OpenTenant {
  const tenant = use(TenantContext);
  if (tenant === null) throw new Error('There is no tenant outside /t/{slug}.');
  return tenant;
}

/** Whether to offer an action. The server decides; this only spares a person the refusal. */
export function useCan(permission: string): boolean {
  const { staff, permissions } = useTenant();
  return staff || permissions.includes(permission);
}

/** A tenant that a super-admin enters without being a member. */
export function staffTenantQuery(slug: string) {
  return queryOptions({
    queryKey: ['platform', 'tenant', slug],
    queryFn: ({ signal }) => got(platform.GET('/api/tenants/{idOrSlug}', { params: { path: { idOrSlug: slug } }, signal })),
    staleTime: 60_000,
  });
}

export function asStaff(tenant: Tenant): OpenTenant {
  const { id, slug, name, status, products, timeZone, currency, locale } = tenant;
  return { id, slug, name, status, products, timeZone, currency, locale, role: 'staff', permissions: [], staff: true };
}
