import { NativeSelect, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Member } from '../api/types';
import { lookUp } from '../i18n';
import { toast } from '../kit/toast';
import { useTenant } from '../shell/tenant';
import { roles, useChangeRole } from './members';

interface RoleOfProps {
  member: Member;
  mayManage: boolean;
  /** How the last change of this member's role failed, or null. */
  onFailure: (error: unknown) => void;
}

/** Each member has a change of their own: two that are under way at once both say how they ended. */
export function RoleOf({ member, mayManage, onFailure }: RoleOfProps) {
  const { t } = useTranslation();
  const tenant = useTenant();
  const change = useChangeRole(tenant.slug);
  if (!mayManage) return <Text size="sm">{lookUp('common.roles', member.role) ?? member.role}</Text>;

  const choose = (role: string) => {
    onFailure(null);
    change.mutate({ id: member.id, role }, { onSuccess: () => toast(t('members.roleChanged', { name: member.name })), onError: onFailure });
  };
  return (
    <NativeSelect
      size="xs"
      w={120}
      aria-label={t('members.roleOf', { name: member.name })}
      data={roles.map((value) => ({ value, label: t(`common.roles.${value}`) }))}
      value={change.isPending ? change.variables.role : member.role}
      error={change.isError}
      onChange={(event) => choose(event.currentTarget.value)}
    />
  );
}
