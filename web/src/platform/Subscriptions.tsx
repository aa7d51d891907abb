import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tenant } from '../api/types';
import { lookUp } from '../i18n';
import { Confirm } from '../kit/Confirm';
import { ProblemView } from '../kit/ProblemView';
import { toast } from '../kit/toast';
import { products } from '../shell/navigation';
import { useSubscribe, useUnsubscribe } from './tenants';

/** The products of a tenant, and those it could have. */
export function Subscriptions({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const [ending, setEnding] = useState<string | null>(null);
  const subscribe = useSubscribe(tenant.slug);
  const unsubscribe = useUnsubscribe(tenant.slug);
  const named = (product: string) => lookUp('shell.productNames', product) ?? product;
  const all = [...new Set([...tenant.products, ...products.map((product) => product.name)])];

  return (
    <Stack gap="xs">
      <Title order={2}>{t('platform.products')}</Title>
      {subscribe.error && <ProblemView error={subscribe.error} />}
      {all.map((product) => {
        const subscribed = tenant.products.includes(product);
        return (
          <Group key={product} justify="space-between">
            <Stack gap={0}>
              <Text size="sm" fw={550}>
                {named(product)}
              </Text>
              <Text size="sm" c="dimmed">
                {subscribed ? t('platform.subscribed') : t('platform.notSubscribed')}
              </Text>
            </Stack>
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
