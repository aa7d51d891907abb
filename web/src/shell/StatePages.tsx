import { Box, Button } from '@mantine/core';
import { IconHourglass, IconLock, IconMapOff, IconPlayerPause } from '@tabler/icons-react';
import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { notLoaded, problemOf } from '../api/problem';
import { lookUp } from '../i18n';
import { EmptyPage } from '../kit/EmptyPage';
import { useDocumentTitle } from '../kit/Page';
import { ProblemView } from '../kit/ProblemView';
import { useTenant } from './tenant';

/** For an address that leads nowhere, and for a tenant that is not there or not the person's: the same page, so that it tells nothing. */
export function NotFoundPage() {
  const { t } = useTranslation();
  useDocumentTitle(t('shell.notFound.title'));
  return (
    <Box component="main" pt="8vh">
      <EmptyPage
        order={1}
        icon={IconMapOff}
        title={t('shell.notFound.title')}
        action={
          <Button component={Link} to="/" variant="default">
            {t('shell.notFound.action')}
          </Button>
        }
      >
        {t('shell.notFound.text')}
      </EmptyPage>
    </Box>
  );
}

/** For a tenant whose pages are closed to its own members too. */
export function ClosedPage({ name, status }: { name: string; status: string }) {
  const { t } = useTranslation();
  const title = status === 'suspended' ? t('shell.suspended.title', { tenant: name }) : t('shell.closed.title', { tenant: name });
  useDocumentTitle(title);
  if (status === 'suspended') {
    return (
      <EmptyPage order={1} icon={IconPlayerPause} title={title}>
        {t('shell.suspended.text')}
      </EmptyPage>
    );
  }
  return (
    <EmptyPage order={1} icon={IconHourglass} title={title}>
      {t('shell.closed.text', { state: lookUp('common.states', status) ?? status })}
    </EmptyPage>
  );
}

/** Lets the pages of a product through only where the tenant subscribes to it. */
export function Subscribed({ product, children }: { product: 'cardvault'; children: ReactNode }) {
  const { t } = useTranslation();
  const tenant = useTenant();
  if (tenant.products.includes(product)) return children;
  return (
    <EmptyPage order={1} icon={IconLock} title={t('shell.notSubscribed.title', { tenant: tenant.name, product: t(`shell.productNames.${product}`) })}>
      {t('shell.notSubscribed.text')}
    </EmptyPage>
  );
}

export function FailedPage({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  useDocumentTitle(t('shell.failed.title'));
  // What failed may be what a route loads: it must be loaded anew, not only shown.
  const retry = () => {
    // A part that was not loaded stays so, and the other parts may be of another version: the whole console must come anew.
    if (problemOf(error).type === notLoaded.type) return window.location.reload();
    reset();
    void router.invalidate();
  };
  return (
    <Box p="lg" maw={640} mx="auto">
      <ProblemView error={error} onRetry={retry} />
    </Box>
  );
}
