import { Alert, Button, Group, Stack, Table, Text } from '@mantine/core';
import { IconGitMerge } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { CardRequest } from '../../api/types';
import { useSeen } from '../../kit/useSeen';
import { useTenant } from '../../shell/tenant';
import { differences } from './cardForm';
import { collectionsQuery } from './cards';
import { fieldNames, shown } from './cardWords';

interface LostRaceProps {
  theirs: CardRequest;
  mine: CardRequest;
  busy: boolean;
  onMine: () => void;
  onTheirs: () => void;
}

/** Somebody was faster: both versions, field by field, and the choice between them. */
export function LostRace({ theirs, mine, busy, onMine, onTheirs }: LostRaceProps) {
  const { t } = useTranslation();
  const tenant = useTenant();
  const collections = useQuery(collectionsQuery(tenant.slug));
  const words = {
    none: t('common.none'),
    yes: t('common.yes'),
    no: t('common.no'),
    collection: (id: string) => collections.data?.find((one) => one.id === id)?.name ?? id,
  };
  const rows = differences(theirs, mine);
  const alert = useSeen<HTMLDivElement>(theirs);
  return (
    <Alert ref={alert} color="amber" variant="light" role="alert" icon={<IconGitMerge size={18} />} title={t('cardvault.race.title')}>
      <Stack gap="sm">
        <Text size="sm">{rows.length > 0 ? t('cardvault.race.text') : t('cardvault.race.alike')}</Text>
        {rows.length > 0 && (
          <Table fz="sm" verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('cardvault.race.field')}</Table.Th>
                <Table.Th>{t('cardvault.race.theirs')}</Table.Th>
                <Table.Th>{t('cardvault.race.mine')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={row.field}>
                  <Table.Th scope="row">{t(fieldNames[row.field])}</Table.Th>
                  <Table.Td>{shown(row.field, row.theirs, words)}</Table.Td>
                  <Table.Td>{shown(row.field, row.mine, words)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <Group gap="xs">
          {rows.length > 0 && (
            <Button size="xs" onClick={onMine} loading={busy}>
              {t('cardvault.race.takeMine')}
            </Button>
          )}
          <Button size="xs" variant="default" onClick={onTheirs}>
            {t('cardvault.race.takeTheirs')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
