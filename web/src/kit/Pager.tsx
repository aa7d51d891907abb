import { Button, Group, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useNumber } from './Format';
import type { Paging } from './paging';

interface PagerProps {
  paging: Paging;
  rows: number;
  next: string | null | undefined;
  total: number | null | undefined;
  onGo: (to: { after: string | undefined; cursors: string[] }) => void;
}

export function Pager({ paging, rows, next, total, onGo }: PagerProps) {
  const { t } = useTranslation();
  const number = useNumber();
  const { before, previous, first } = paging;
  if (first && !next && (total == null || rows === 0)) return null;
  const from = number((before ?? 0) + (rows > 0 ? 1 : 0));
  const to = number((before ?? 0) + rows);
  return (
    <Group justify="space-between" gap="xs" mt="sm">
      <Text size="sm" c="dimmed" className="tabular" role="status">
        {before === undefined ? '' : total == null ? t('common.range', { from, to }) : t('common.rangeOf', { from, to, total: number(total) })}
      </Text>
      {(!first || next) && (
        <Group gap="xs">
          {!first && previous === undefined && (
            <Button variant="default" size="xs" onClick={() => onGo({ after: undefined, cursors: [] })}>
              {t('common.first')}
            </Button>
          )}
          <Button variant="default" size="xs" leftSection={<IconChevronLeft size={14} />} disabled={previous === undefined} onClick={() => previous && onGo(previous)}>
            {t('common.previous')}
          </Button>
          <Button variant="default" size="xs" rightSection={<IconChevronRight size={14} />} disabled={!next} onClick={() => next && onGo(paging.onwards(next))}>
            {t('common.next')}
          </Button>
        </Group>
      )}
    </Group>
  );
}
