import { Box, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useDocumentTitle } from '../kit/Page';
import { Mark } from '../shell/Mark';
import classes from './DoorPage.module.css';

/** The frame of the pages that need no session. */
export function DoorPage({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  useDocumentTitle(title);
  return (
    <Box component="main" className={classes.door}>
      <Stack gap="lg" className={classes.column}>
        <Mark size={36} />
        <Paper withBorder radius="md" className={classes.panel}>
          <Stack gap="lg">
            <Stack gap={4}>
              <Title order={1}>{title}</Title>
              {text && (
                <Text size="sm" c="dimmed">
                  {text}
                </Text>
              )}
            </Stack>
            {children}
          </Stack>
        </Paper>
      </Stack>
    </Box>
  );
}
