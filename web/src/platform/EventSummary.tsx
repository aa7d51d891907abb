import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNumber, When } from '../kit/Format';
import { eventSummaryQuery } from './events';

/** How much is there at all, whatever the list shows of it. Where it cannot be read the list says why. */
export function EventSummary() {
  const { t } = useTranslation();
  const number = useNumber();
  const { data } = useQuery(eventSummaryQuery);
  if (data === undefined) return null;
  const counted = (count: number) => (count < data.most ? number(count) : t('platform.events.orMore', { number: number(count) }));
  return (
    <Group gap="lg" mb="sm">
      <Text size="sm" className="tabular">
        {t('platform.events.countFailed', { number: counted(data.failed) })}
      </Text>
      <Text size="sm" className="tabular">
        {t('platform.events.countWaiting', { number: counted(data.waiting) })}
      </Text>
      {data.oldestWaitingAt && (
        <Text size="sm" c="dimmed">
          {t('platform.events.oldest')} <When at={data.oldestWaitingAt} />
        </Text>
      )}
    </Group>
  );
}
