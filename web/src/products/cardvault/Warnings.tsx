import { Alert, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { CardWarning } from '../../api/types';
import { lookUp } from '../../i18n';

/** What a grader's rules say against a card that is kept all the same. */
export function Warnings({ warnings }: { warnings: CardWarning[] }) {
  const { t } = useTranslation();
  if (warnings.length === 0) return null;
  return (
    <Alert color="amber" variant="light" role="status" icon={<IconAlertTriangle size={18} />} title={t('cardvault.warnings.title')}>
      <List size="sm" spacing={4} withPadding={false} listStyleType="none">
        {warnings.map(({ code, detail }) => (
          <List.Item key={code}>
            <Text size="sm">{lookUp('cardvault.warnings', code) ?? detail}</Text>
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
