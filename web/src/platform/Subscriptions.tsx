import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tenant, TenantProduct } from '../api/types';
import { lookUp } from '../i18n';
import { Confirm } from '../kit/Confirm';
import { ProblemView } from '../kit/ProblemView';
import { toast } from '../kit/toast';
import { products } from '../shell/navigation';
import { tenantProductsQuery, useRetryProduct, useSubscribe, useUnsubscribe } from './tenants';

/** The products of a tenant, and those it could have. */
export function Subscriptions({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const [ending, setEnding] = useState<string | null>(null);
  const subscribe = useSubscribe(tenant.slug);
  const unsubscribe = useUnsubscribe(tenant.slug);
  const retry = useRetryProduct(tenant.slug);
  const { data: known } = useQuery(tenantProductsQuery(tenant.slug));
  const named = (product: string) => lookUp('shell.productNames', product) ?? product;
  const all = [...new Set([...tenant.products, ...products.map((product) => product.name)])];

  return (
    <Stack gap="xs">
      <Title order={2}>{t('platform.products')}</Title>
      {subscribe.error && <ProblemView error={subscribe.error} />}
      {retry.error && <ProblemView error={retry.error} />}
      {all.map((product) => {
        const setUp = known?.items.find((one) => one.product === product);
        const subscribed = tenant.products.includes(product);
        return (
          <Group key={product} justify="space-between">
            <Stack gap={0}>
              <Text size="sm" fw={550}>
                {named(product)}
              </Text>
              {subscribed && setUp !== undefined && setUp.state !== 'ready' ? (
                <ProductState product={setUp} />
              ) : (
                <Text size="sm" c="dimmed">
                  {subscribed ? t('platform.subscribed') : t('platform.notSubscribed')}
                </Text>
              )}
            </Stack>
            {setUp?.state === 'failed' && (
              <Button
                size="xs"
                ml="auto"
                loading={retry.isPending}
                aria-label={t('platform.retryProduct', { product: named(product) })}
                onClick={() => retry.mutate(product)}
              >
                {t('operations.retry')}
              </Button>
            )}
            {subscribed ? (
              <Button
                size="xs"
                variant="default"
                aria-label={t('platform.unsubscribe.open', { product: named(product) })}
                onClick={() => {
                  unsubscribe.reset();
                  setEnding(product);
                }}
              >
                {t('common.remove')}
              </Button>
            ) : (
              <Button
                size="xs"
                variant="default"
                loading={subscribe.isPending}
                aria-label={t('platform.subscribe', { product: named(product) })}
                onClick={() => subscribe.mutate(product, { onSuccess: () => toast(t('platform.subscribedTo', { product: named(product) })) })}
              >
                {t('common.add')}
              </Button>
            )}
          </Group>
        );
      })}
      <Confirm
        opened={ending !== null}
        title={t('platform.unsubscribe.title', { product: named(ending ?? ''), name: tenant.name })}
        action={t('platform.unsubscribe.action')}
        busy={unsubscribe.isPending}
        error={unsubscribe.error}
        onConfirm={() => ending !== null && unsubscribe.mutate(ending, { onSuccess: () => setEnding(null) })}
        onClose={() => setEnding(null)}
      >
        <Text size="sm">{t('platform.unsubscribe.text', { product: named(ending ?? '') })}</Text>
      </Confirm>
    </Stack>
  );
}

/** How far a product is that is not ready, and why. */
function ProductState({ product: { state, pendingReason, error } }: { product: TenantProduct }) {
  const { t } = useTranslation();
  const reason = pendingReason ?? error;
  const word = lookUp('platform.productStates', state) ?? state;
  return (
    <Text size="sm" c={state === 'failed' ? 'var(--mantine-color-error)' : 'dimmed'}>
      {reason ? t('platform.productReason', { state: word, reason }) : word}
    </Text>
  );
}
