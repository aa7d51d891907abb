import { Accordion, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Operation, Tenant } from '../api/types';
import { lookUp } from '../i18n';
import { useNumber } from '../kit/Format';
import { OperationState } from './OperationState';
import { OperationActs, OperationSteps, OperationTimes, Reason } from './OperationView';
import { kindName } from './operations';

interface OperationListProps {
  title: string;
  operations: Operation[];
  tenant: Tenant;
  /** The one that can be retried. */
  newest: Operation | undefined;
  /** Whether there are older ones that are not shown. */
  more: boolean;
}

/** What was done on a tenant, newest first; each opens to its steps. */
export function OperationList({ title, operations, tenant, newest, more }: OperationListProps) {
  const { t } = useTranslation();
  const number = useNumber();
  const [opened, setOpened] = useState<string[]>([]);
  return (
    <Stack gap="xs">
      <Title order={2}>{title}</Title>
      <Accordion multiple value={opened} onChange={setOpened} order={3} variant="contained" keepMounted={false}>
        {operations.map((operation) => (
          <Accordion.Item key={operation.id} value={operation.id}>
            <Accordion.Control>
              <Group justify="space-between" gap="xs" pr="xs">
                <Text size="sm" fw={550}>
                  {kindName(operation.kind)}
                  {operation.product && ` · ${lookUp('shell.productNames', operation.product) ?? operation.product}`}
                </Text>
                <OperationState status={operation.status} />
              </Group>
              <OperationTimes operation={operation} />
              <Reason operation={operation} lines={opened.includes(operation.id) ? undefined : 2} />
            </Accordion.Control>
            <Accordion.Panel>
              <Stack gap="xs">
                <OperationSteps operation={operation} />
                {operation === newest && <OperationActs operation={operation} tenant={tenant} />}
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      {more && (
        <Text size="sm" c="dimmed">
          {t('operations.newest', { number: number(operations.length) })}
        </Text>
      )}
    </Stack>
  );
}
