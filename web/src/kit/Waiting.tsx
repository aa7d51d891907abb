import { Skeleton, Stack } from '@mantine/core';
import { useTimeout } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Shows its content only after 150 ms: what is there sooner must not flicker. */
export function AfterAMoment({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  useTimeout(() => setShown(true), 150, { autoInvoke: true });
  return shown ? children : null;
}

/** The shape of a list that is on its way. */
export function Waiting({ rows = 6 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <AfterAMoment>
      <Stack gap="xs" role="status" aria-label={t('common.loading')}>
        {Array.from({ length: rows }, (_, row) => (
          <Skeleton key={row} height={row === 0 ? 28 : 36} radius="sm" width={row === 0 ? '40%' : '100%'} />
        ))}
      </Stack>
    </AfterAMoment>
  );
}
