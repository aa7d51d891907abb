import { Group, Paper, Stack, Text } from '@mantine/core';
import type { CatalogueCard } from '../../api/types';
import { Attributes } from './Attributes';

/** A card as its checklist has it: who, which, from where. */
export function ChecklistFacts({ card }: { card: CatalogueCard }) {
  return (
    <Paper withBorder p="sm" bg="var(--rh-sidebar)">
      <Stack gap={4}>
        <Group gap="xs">
          <Text fw={600}>{card.player}</Text>
          <Attributes codes={card.attributes} words />
        </Group>
        <Text size="sm" c="dimmed">
          {[card.cardNumber && `#${card.cardNumber}`, card.release, card.set].filter(Boolean).join(' · ')}
        </Text>
        {card.note && <Text size="sm">{card.note}</Text>}
      </Stack>
    </Paper>
  );
}
