import { Box, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import classes from './Page.module.css';

interface PageProps {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  /** Of whom the page speaks, for the browser's tab. */
  of?: string;
  narrow?: boolean;
  children: ReactNode;
}

export function useDocumentTitle(...parts: (string | undefined)[]) {
  const title = [...parts, 'Rowhouse'].filter(Boolean).join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** Title, one sentence, the main action at the right; then the content. */
export function Page({ title, description, actions, of, narrow, children }: PageProps) {
  useDocumentTitle(title, of);
  return (
    <Box className={classes.page} data-narrow={narrow || undefined}>
      <Group justify="space-between" align="flex-start" gap="sm" className={classes.head}>
        <Stack gap={2} className={classes.titles}>
          <Title order={1}>{title}</Title>
          {description && (
            <Text size="sm" c="dimmed">
              {description}
            </Text>
          )}
        </Stack>
        {actions && (
          <Group gap="xs" className={classes.actions}>
            {actions}
          </Group>
        )}
      </Group>
      {children}
    </Box>
  );
}
