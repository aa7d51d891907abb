import { Badge, Group } from '@mantine/core';
import { lookUp } from '../../i18n';

/** A checklist's short forms, RC and the like, with what they stand for: beside them, or where there is no room as their title. */
export function Attributes({ codes, words }: { codes: string[]; words?: boolean }) {
  if (codes.length === 0) return null;
  return (
    <Group gap={4} component="span" display="inline-flex" flex={words ? undefined : 'none'} wrap={words ? 'wrap' : 'nowrap'}>
      {codes.map((code) => {
        const meaning = lookUp('cardvault.attributes', code);
        return (
          <Badge
            key={code}
            component="span"
            flex="none"
            variant={code === 'RC' ? 'light' : 'default'}
            color="accent"
            size="sm"
            radius="sm"
            tt="none"
            fw={600}
            title={meaning}
          >
            {words && meaning ? `${code} · ${meaning}` : code}
          </Badge>
        );
      })}
    </Group>
  );
}
