import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';
import { IconAlertCircle, IconCheck, IconCopy, IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { fieldErrors, problemOf, type Problem } from '../api/problem';
import { lookUp } from '../i18n';
import { useSeen } from './useSeen';
import classes from './ProblemView.module.css';

/** What a problem is called in the person's language; the server's own title where the console does not know it. */
export function problemTitle(problem: Problem): string {
  return lookUp('problems', problem.type.replace('urn:rowhouse:', '').replaceAll(':', '.')) ?? problem.title;
}

function TraceId({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Group gap={6}>
      <Text size="xs" className={classes.trace}>
        {t('common.traceId')} <Code>{id}</Code>
      </Text>
      <CopyButton value={id}>
        {({ copied, copy }) => (
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            onClick={copy}
            title={t('common.copyTraceId')}
            leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          >
            {copied ? t('common.copied') : t('common.copy')}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}

interface ProblemViewProps {
  error: unknown;
  /** The form's values: what is said against these fields stands there and is not repeated. */
  within?: object;
  onRetry?: () => void;
}

/** Says what happened, what to do, and the number to quote, where it happened. */
export function ProblemView({ error, within, onRetry }: ProblemViewProps) {
  const { t } = useTranslation();
  const problem = problemOf(error);
  const title = problemTitle(problem);
  const alert = useSeen<HTMLDivElement>(error, within !== undefined);
  const unplaced = Object.entries(fieldErrors(problem)).filter(([field]) => within === undefined || !((field.split('.')[0] ?? field) in within));
  return (
    <Alert
      ref={alert}
      classNames={{ wrapper: classes.wrapper, body: classes.body }}
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertCircle size={18} />}
      title={title}
    >
      <Stack gap="xs">
        {problem.detail && problem.detail !== title && <Text size="sm">{problem.detail}</Text>}
        {unplaced.map(([field, message]) => (
          <Text key={field} size="sm">
            <b>{field}</b>: {message}
          </Text>
        ))}
        {problem.status === 0 && <Text size="sm">{t('common.nothingLost')}</Text>}
        {/* A field that does not fit is the person's to mend; the number helps those who look into a failure. */}
        {problem.traceId && (within === undefined || problem.status >= 500) && <TraceId id={problem.traceId} />}
        {onRetry && (
          <Group>
            <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} onClick={onRetry}>
              {t('common.tryAgain')}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
