import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { got, tenantApi } from '../api/client';
import type { AddMember } from '../api/types';
import { pageSize } from '../kit/paging';

export const roles = ['admin', 'editor', 'member', 'viewer'] as const;

export function membersQuery(tenant: string, after: string | undefined) {
  return queryOptions({
    queryKey: ['tenant', tenant, 'members', { after }],
    queryFn: ({ signal }) => got(tenantApi(tenant).GET('/api/members', { params: { query: { after, limit: pageSize, count: true } }, signal })),
    placeholderData: keepPreviousData,
  });
}

function useMembersChange<Input, Result>(tenant: string, change: (input: Input) => Promise<Result>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    // One's own role is among them.
    onSuccess: () => Promise.all([queries.invalidateQueries({ queryKey: ['tenant', tenant, 'members'] }), queries.invalidateQueries({ queryKey: ['me'] })]),
  });
}

export const useAddMember = (tenant: string) => useMembersChange(tenant, (member: AddMember) => got(tenantApi(tenant).POST('/api/members', { body: member })));
/** A new one-time link for somebody who has not joined yet: the one before works no more. */
export const useRenewLink = (tenant: string) =>
  useMembersChange(tenant, (id: string) => got(tenantApi(tenant).POST('/api/members/{id}/link', { params: { path: { id } } })));
export const useChangeRole = (tenant: string) =>
  useMembersChange(tenant, ({ id, role }: { id: string; role: string }) =>
    got(tenantApi(tenant).PATCH('/api/members/{id}', { params: { path: { id } }, body: { role } })),
  );
export const useRemoveMember = (tenant: string) =>
  useMembersChange(tenant, (id: string) => got(tenantApi(tenant).DELETE('/api/members/{id}', { params: { path: { id } } })));
