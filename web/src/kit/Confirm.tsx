import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from './Dialog';
import { ProblemView } from './ProblemView';

interface ConfirmProps {
  opened: boolean;
  title: string;
  /** What it does, in numbers where there are any. */
  children: ReactNode;
  action: string;
  /** What closes it and does nothing, where "Cancel" would be taken for the action. */
  stay?: string;
  color?: string;
  /** Whether everything is there that the action needs. */
  ready?: boolean;
  busy?: boolean;
  error?: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

export function Confirm({ opened, title, children, action, stay, color = 'red.9', ready = true, busy, error, onConfirm, onClose }: ConfirmProps) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      <Stack>
        <div>{children}</div>
        {error != null && <ProblemView error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {stay ?? t('common.cancel')}
          </Button>
          <Button color={color} onClick={onConfirm} loading={busy} disabled={!ready}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
