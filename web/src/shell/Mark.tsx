import { Group, Text } from '@mantine/core';

/** A name, the same in every language. */
const house = 'Rowhouse';

/** The sign of the house and its name. */
export function Mark({ size = 24, plain }: { size?: number; plain?: boolean }) {
  return (
    <Group gap={8} wrap="nowrap">
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
        <rect width="32" height="32" rx="7" fill="#4359d3" />
        <path d="M5 24V14l5-4.5 5 4.5v10zM17 24V14l5-4.5 5 4.5v10z" fill="#fff" />
        <path d="M8.500 24v-5h3v5zM20.500 24v-5h3v5z" fill="#4359d3" />
      </svg>
      {!plain && (
        <Text component="span" fw={650} size={size > 30 ? 'lg' : 'sm'}>
          {house}
        </Text>
      )}
    </Group>
  );
}
