import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

interface ColumnChooserProps {
  columns: { name: string; title: string }[];
  hidden: string[];
  onToggle: (column: string) => void;
  onReset: () => void;
}

export function ColumnChooser({ columns, hidden, onToggle, onReset }: ColumnChooserProps) {
  const { t } = useTranslation();
  return (
    <Popover position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={16} />}>
          {t('common.columns')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('common.columns')}>
        <Stack gap="xs">
          {columns.map(({ name, title }) => (
            <Checkbox key={name} size="sm" label={title} checked={!hidden.includes(name)} onChange={() => onToggle(name)} />
          ))}
          <Button variant="subtle" size="xs" color="gray" onClick={onReset}>
            {t('common.resetColumns')}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
