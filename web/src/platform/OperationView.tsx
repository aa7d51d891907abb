import { Button, Group, Progress, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconRefresh, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Operation, Tenant } from '../api/types';
import { Confirm } from '../kit/Confirm';
import { Duration } from '../kit/Duration';
import { When } from '../kit/Format';
import { ProblemView } from '../kit/ProblemView';
import { OperationState, stateName, StepIcon } from './OperationState';
import { canCancel, canRetry, isUnderWay, kindName, stepName, useCancelOperation, useRetryOperation } from './operations';
import classes from './Operations.module.css';

/** The newest operation on a tenant as it goes on, with what can be done about it. */
export function OperationView({ operation, tenant }: { operation: Operation; tenant: Tenant }) {
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="xs">
        <Title order={2}>{kindName(operation.kind)}</Title>
        <OperationState status={operation.status} />
      </Group>
      <OperationTimes operation={operation} />
      <Reason operation={operation} />
      <OperationSteps operation={operation} />
      <OperationActs key={operation.id} operation={operation} tenant={tenant} />
    </Stack>
  );
}

/** Says to those who do not see it that an operation has come to another state. It stays while what shows the operation comes and goes. */
export function OperationNews({ operation }: { operation: Operation | undefined }) {
  const { t } = useTranslation();
  return (
    <VisuallyHidden role="status">
      {operation && t('operations.said', { kind: kindName(operation.kind), state: stateName(operation.status) })}
    </VisuallyHidden>
  );
}

export function OperationTimes({ operation: { createdAt, endedAt } }: { operation: Operation }) {
  return (
    <Text size="xs" c="dimmed">
      <When at={createdAt} />
      {endedAt && (
        <>
          {' · '}
          <Duration from={createdAt} to={endedAt} />
        </>
      )}
    </Text>
  );
}

export function Reason({ operation: { reason, status }, lines }: { operation: Operation; lines?: number }) {
  if (!reason) return null;
  const failed = status === 'failed' || status === 'stuck';
  return (
    <Text size="sm" c={failed ? 'var(--mantine-color-error)' : 'dimmed'} className={classes.reason} lineClamp={lines}>
      {reason}
    </Text>
  );
}

export function OperationSteps({ operation }: { operation: Operation }) {
  const { t } = useTranslation();
  const { kind, status, steps, step: at, progress, reason } = operation;
  return (
    <Stack gap="xs">
      {(isUnderWay(operation) || status === 'stuck') && (
        <Stack gap={4}>
          <Progress value={progress.total > 0 ? Math.round((100 * progress.done) / progress.total) : 0} aria-label={kindName(kind)} />
          <Text size="xs" c="dimmed" className="tabular">
            {t('operations.progress', { done: progress.done, total: progress.total })}
          </Text>
        </Stack>
      )}
      <ol className={classes.steps} aria-label={t('operations.stepsOf', { kind: kindName(kind) })}>
        {steps.map(({ name, status, startedAt, endedAt, error }, index) => (
          <li key={index} className={classes.step} aria-current={name === at ? 'step' : undefined}>
            <StepIcon status={status} />
            <div className={classes.what}>
              <Text size="sm">{stepName(name)}</Text>
              {error && error !== reason && (
                <Text size="xs" c="var(--mantine-color-error)" className={classes.reason}>
                  {error}
                </Text>
              )}
            </div>
            <Text size="sm" c="dimmed" className="tabular">
              {stateName(status)}
              {startedAt && endedAt && (
                <>
                  {' · '}
                  <Duration from={startedAt} to={endedAt} />
                </>
              )}
            </Text>
          </li>
        ))}
      </ol>
    </Stack>
  );
}

export function OperationActs({ operation, tenant }: { operation: Operation; tenant: Tenant }) {
  const { t } = useTranslation();
  const [asking, { open, close }] = useDisclosure();
  const retry = useRetryOperation(tenant);
  const cancel = useCancelOperation();
  const cancellable = canCancel(operation);
  // Until the step that is being done has ended, the operation itself does not show it.
  const asked = cancel.isSuccess && operation.status === 'running';
  return (
    <>
      {retry.error != null && <ProblemView error={retry.error} />}
      <Group gap="xs">
        {canRetry(operation, tenant) && (
          <Button
            size="sm"
            leftSection={<IconRefresh size={16} />}
            loading={retry.isPending}
            onClick={() => {
              cancel.reset();
              retry.mutate(operation);
            }}
          >
            {t('operations.retry')}
          </Button>
        )}
        {cancellable && !asked && (
          <Button
            variant="default"
            size="sm"
            leftSection={<IconX size={16} />}
            onClick={() => {
              cancel.reset();
              open();
            }}
          >
            {t('operations.cancel.open')}
          </Button>
        )}
        {asked && (
          <Text size="sm" c="dimmed">
            {t('operations.cancel.done')}
          </Text>
        )}
      </Group>
      <Confirm
        opened={asking}
        title={t('operations.cancel.title', { kind: kindName(operation.kind) })}
        action={t('operations.cancel.action')}
        stay={t('operations.cancel.stay')}
        ready={cancellable}
        busy={cancel.isPending}
        error={cancel.error}
        onConfirm={() => cancel.mutate(operation.id, { onSuccess: close })}
        onClose={close}
      >
        <Text size="sm">{t('operations.cancel.text')}</Text>
      </Confirm>
    </>
  );
}
