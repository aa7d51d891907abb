import { Badge } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleMinus, IconClock, IconPlayerPause } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { lookUp } from '../i18n';

const looks: Record<string, { color: string; icon: typeof IconClock }> = {
  active: { color: 'green', icon: IconCircleCheck },
  suspended: { color: 'amber', icon: IconPlayerPause },
  failed: { color: 'red', icon: IconAlertTriangle },
  deleted: { color: 'gray', icon: IconCircleMinus },
  purged: { color: 'gray', icon: IconCircleMinus },
  erased: { color: 'gray', icon: IconCircleMinus },
};

interface StateBadgeProps {
  color: string;
  icon: typeof IconClock;
  children: ReactNode;
}

/** A state by word and icon; colour only helps. */
export function StateBadge({ color, icon: Icon, children }: StateBadgeProps) {
  return (
    <Badge variant="default" radius="sm" tt="none" fw={550} leftSection={<Icon size={13} color={`var(--mantine-color-${color}-6)`} aria-hidden />}>
      {children}
    </Badge>
  );
}

export function TenantState({ status }: { status: string }) {
  return <StateBadge {...(looks[status] ?? { color: 'blue', icon: IconClock })}>{lookUp('common.states', status) ?? status}</StateBadge>;
}
