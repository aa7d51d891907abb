import { Badge } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleMinus, IconClock, IconPlayerPause } from '@tabler/icons-react';
import { lookUp } from '../i18n';

const looks: Record<string, { color: string; icon: typeof IconClock }> = {
  active: { color: 'green', icon: IconCircleCheck },
  suspended: { color: 'amber', icon: IconPlayerPause },
  failed: { color: 'red', icon: IconAlertTriangle },
  deleted: { color: 'gray', icon: IconCircleMinus },
  purged: { color: 'gray', icon: IconCircleMinus },
  erased: { color: 'gray', icon: IconCircleMinus },
};

/** A tenant's state by word and icon; colour only helps. */
export function TenantState({ status }: { status: string }) {
  const { color, icon: Icon } = looks[status] ?? { color: 'blue', icon: IconClock };
  return (
    <Badge variant="default" radius="sm" tt="none" fw={550} leftSection={<Icon size={13} color={`var(--mantine-color-${color}-6)`} aria-hidden />}>
      {lookUp('common.states', status) ?? status}
    </Badge>
  );
}
