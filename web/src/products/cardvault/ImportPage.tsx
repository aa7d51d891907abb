import { Alert, Anchor, Button, Code, Group, List, NativeSelect, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconDownload, IconFileImport } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CardImport } from '../../api/types';
import { Waiting } from '../../kit/Waiting';
import { useNumber } from '../../kit/Format';
import { Page } from '../../kit/Page';
import { ProblemView } from '../../kit/ProblemView';
import { EmptyPage } from '../../kit/EmptyPage';
import { useSeen } from '../../kit/useSeen';
import { permissions } from '../../shell/permissions';
import { useCan, useTenant } from '../../shell/tenant';
import { templateAddress } from './cards';
import { DropFile } from './DropFile';
import { choose, duplicateWays, errorFile, maxFileSize, maxRows, useImport, type ChosenFile, type OnDuplicate } from './imports';

/** A file is checked whole before anything is written; then all of its rows are, or none. */
export function ImportPage() {
  const { t } = useTranslation();
  const tenant = useTenant();
  const number = useNumber();
  const size = number(maxFileSize / 2 ** 20);
  const mayImport = useCan(permissions.editCards);
  const [file, setFile] = useState<ChosenFile | null>(null);
  const [tooLarge, setTooLarge] = useState(false);
  const [onDuplicate, setOnDuplicate] = useState<OnDuplicate>('fail');
  const read = useMutation({ mutationFn: choose });
  const check = useImport(tenant.slug);
  const write = useImport(tenant.slug);
  const report = write.data ?? check.data;
  // On a phone the result lies below the file.
  const result = useSeen<HTMLDivElement>(report ?? check.error ?? write.error, file !== null);

  const ready = report === undefined ? 0 : report.rows - report.skipped;

  const clear = () => {
    read.reset();
    check.reset();
    write.reset();
    setTooLarge(false);
  };
  const take = (chosen: File) => {
    clear();
    if (chosen.size > maxFileSize) {
      setTooLarge(true);
      return;
    }
    read.mutate(chosen, {
      onSuccess: (next) => {
        setFile(next);
        check.mutate({ file: next, dryRun: true, onDuplicate });
      },
    });
  };
  const treatDuplicates = (way: OnDuplicate) => {
    setOnDuplicate(way);
    // The check spoke of the other way. A file that is imported is done with.
    if (file === null || write.data?.errorCount === 0) return;
    clear();
    check.mutate({ file, dryRun: true, onDuplicate: way });
  };

  if (!mayImport) {
    return (
      <Page title={t('cardvault.import.title')} of={tenant.name} narrow>
        <EmptyPage icon={IconFileImport} title={t('cardvault.import.viewerTitle')}>
          {t('cardvault.import.viewerText')}
        </EmptyPage>
      </Page>
    );
  }

  return (
    <Page title={t('cardvault.import.title')} description={t('cardvault.import.description')} of={tenant.name} narrow>
      <Stack gap="lg">
        <Paper withBorder p="md">
          <Stack gap="xs">
            <Title order={2}>{t('cardvault.import.fileTitle')}</Title>
            <List size="sm" spacing={4}>
              <List.Item>{t('cardvault.import.columns')}</List.Item>
              <List.Item>{t('cardvault.import.format', { size, rows: number(maxRows) })}</List.Item>
              <List.Item>{t('cardvault.import.allOrNothing')}</List.Item>
            </List>
            <Group>
              <Button variant="default" component="a" href={templateAddress(tenant.slug)} download leftSection={<IconDownload size={16} />}>
                {t('cardvault.import.template')}
              </Button>
            </Group>
          </Stack>
        </Paper>
        <NativeSelect
          label={t('cardvault.import.duplicates')}
          data={duplicateWays.map((value) => ({ value, label: t(`cardvault.import.onDuplicate.${value}`) }))}
          value={onDuplicate}
          disabled={read.isPending || write.isPending}
          onChange={(event) => treatDuplicates(event.currentTarget.value as OnDuplicate)}
        />
        <DropFile name={file?.name} busy={read.isPending || check.isPending || write.isPending} onFile={take} />
        <Stack gap="md" aria-live="polite" ref={result}>
          {tooLarge && (
            <Alert color="red" variant="light" role="alert">
              {t('cardvault.import.tooLarge', { size })}
            </Alert>
          )}
          {read.error && <ProblemView error={read.error} />}
          {check.isPending && <Waiting rows={4} />}
          {check.error && <ProblemView error={check.error} onRetry={file ? () => check.mutate({ file, dryRun: true, onDuplicate }) : undefined} />}
          {write.error && <ProblemView error={write.error} />}
          {report && report.errorCount > 0 && <WrongRows report={report} />}
          {file && report && report.errorCount === 0 && report.dryRun && (
            <Alert
              color="blue"
              variant="light"
              icon={<IconCircleCheck size={18} />}
              title={t('cardvault.import.readyTitle', { count: ready, rows: number(ready) })}
            >
              <Stack gap="sm" align="flex-start">
                <LeftOut rows={report.skipped} />
                <Text size="sm">{t('cardvault.import.readyText')}</Text>
                <Button loading={write.isPending} disabled={ready === 0} onClick={() => write.mutate({ file, dryRun: false, onDuplicate })}>
                  {t('cardvault.import.action', { count: ready, rows: number(ready) })}
                </Button>
              </Stack>
            </Alert>
          )}
          {report && report.errorCount === 0 && !report.dryRun && (
            <Alert
              color="green"
              variant="light"
              icon={<IconCircleCheck size={18} />}
              title={t('cardvault.import.done', { count: report.imported, rows: number(report.imported) })}
            >
              <LeftOut rows={report.skipped} />
              <Anchor
                renderRoot={(props) => <Link {...props} to="/t/$tenant/cardvault/cards" params={{ tenant: tenant.slug }} search={{ sort: '-createdAt' }} />}
                size="sm"
              >
                {t('cardvault.import.see')}
              </Anchor>
            </Alert>
          )}
        </Stack>
      </Stack>
    </Page>
  );
}

function LeftOut({ rows }: { rows: number }) {
  const { t } = useTranslation();
  const number = useNumber();
  return rows > 0 && <Text size="sm">{t('cardvault.import.leftOut', { count: rows, rows: number(rows) })}</Text>;
}

function WrongRows({ report }: { report: CardImport }) {
  const { t } = useTranslation();
  const number = useNumber();
  const { errors, errorCount, hasMoreErrors, rows } = report;
  const download = () => {
    const address = URL.createObjectURL(
      errorFile(errors, [t('cardvault.import.line'), t('cardvault.import.column'), t('cardvault.import.value'), t('cardvault.import.message')]),
    );
    const link = document.createElement('a');
    link.href = address;
    link.download = t('cardvault.import.errorFile');
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Stack gap="sm">
      <Alert color="red" variant="light" role="alert" title={t('cardvault.import.wrongTitle', { count: errorCount, wrong: number(errorCount), rows: number(rows) })}>
        <Text size="sm">{t('cardvault.import.wrongText')}</Text>
      </Alert>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {hasMoreErrors && t('cardvault.import.first', { shown: number(errors.length) })}
        </Text>
        <Button variant="default" size="xs" leftSection={<IconDownload size={14} />} onClick={download}>
          {t('cardvault.import.downloadErrors')}
        </Button>
      </Group>
      <Paper withBorder>
        <Table.ScrollContainer minWidth={560} maxHeight={480} type="native" tabIndex={0} role="region" aria-label={t('cardvault.import.wrongRows')}>
          <Table fz="sm" stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th ta="right">{t('cardvault.import.line')}</Table.Th>
                <Table.Th>{t('cardvault.import.column')}</Table.Th>
                <Table.Th>{t('cardvault.import.value')}</Table.Th>
                <Table.Th>{t('cardvault.import.message')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {errors.map((error, index) => (
                <Table.Tr key={index}>
                  <Table.Td ta="right" className="tabular">
                    {number(error.line)}
                  </Table.Td>
                  <Table.Td>{error.column ?? t('cardvault.import.wholeRow')}</Table.Td>
                  <Table.Td>{error.value != null && error.value !== '' && <Code>{error.value}</Code>}</Table.Td>
                  <Table.Td>{error.message}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
    </Stack>
  );
}
