import { IconAlertTriangle, IconArrowBackUp, IconCircle, IconCircleCheck, IconCircleMinus, IconClock } from '@tabler/icons-react';
import { lookUp } from '../i18n';
import { StateBadge } from '../kit/Status';

const looks: Record<string, { color: string; icon: typeof IconClock }> = {
  pending: { color: 'gray', icon: IconCircle },
  undoing: { color: 'amber', icon: IconArrowBackUp },
  succeeded: { color: 'green', icon: IconCircleCheck },
  failed: { color: 'red', icon: IconAlertTriangle },
  stuck: { color: 'red', icon: IconAlertTriangle },
  undone: { color: 'gray', icon: IconCircleMinus },
  cancelled: { color: 'gray', icon: IconCircleMinus },
};
const lookOf = (status: string) => looks[status] ?? { color: 'blue', icon: IconClock };

export const stateName = (status: string) => lookUp('operations.states', status) ?? status;

export function OperationState({ status }: { status: string }) {
  return <StateBadge {...lookOf(status)}>{stateName(status)}</StateBadge>;
}

export function StepIcon({ status }: { status: string }) {
  const { color, icon: Icon } = lookOf(status);
  return <Icon size={16} color={`var(--mantine-color-${color}-6)`} aria-hidden />;
}
