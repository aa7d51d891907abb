import { Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { ComponentType, ReactNode } from 'react';

interface EmptyPageProps {
  icon: ComponentType<{ size?: number; stroke?: number }>;
  title: string;
  children?: ReactNode;
  /** 1 where it is the whole page. */
  order?: 1 | 2;
  /** What to do next. */
  action?: ReactNode;
}

export function EmptyPage({ icon: Icon, title, order = 2, children, action }: EmptyPageProps) {
  return (
    <Stack align="center" gap="sm" py={56} px="md" ta="center">
      <ThemeIcon size={48} radius="xl" variant="light" color="gray">
        <Icon size={24} stroke={1.6} />
      </ThemeIcon>
      <Title order={order} size="h2">
        {title}
      </Title>
      {children && (
        <Text size="sm" c="dimmed" maw={440}>
          {children}
        </Text>
      )}
      {action}
    </Stack>
  );
}
