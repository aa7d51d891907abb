import { Button, Code, Group, List, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowRight, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Tenant, TenantAddress } from '../api/types';
import { Confirm } from '../kit/Confirm';
import { Drawer } from '../kit/Drawer';
import { Facts } from '../kit/Facts';
import { When } from '../kit/Format';
import { ProblemView } from '../kit/ProblemView';
import { TenantState } from '../kit/Status';
import { toast } from '../kit/toast';
import { Waiting } from '../kit/Waiting';
import { staffTenantQuery } from '../shell/tenant';
import { Deletion } from './Deletion';
import { Subscriptions } from './Subscriptions';
import { memberCountQuery, planName, useResume, useSuspend } from './tenants';

export function TenantDrawer({ slug, onClose }: { slug: string | undefined; onClose: () => void }) {
  const { data, error, refetch } = useQuery({ ...staffTenantQuery(slug ?? ''), enabled: slug !== undefined });
  return (
    <Drawer opened={slug !== undefined} onClose={onClose} title={data?.name ?? slug} size={520}>
      {data !== undefined ? <TenantDetails tenant={data} /> : error ? <ProblemView error={error} onRetry={() => void refetch()} /> : <Waiting />}
    </Drawer>
  );
}

function TenantDetails({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const { slug, name, status } = tenant;
  return (
    <Stack gap="lg">
      <Group gap="xs">
        <TenantState status={status} />
        <Group gap="xs" ml="auto">
          {(status === 'active' || status === 'suspended') && <SuspendOrResume tenant={tenant} />}
          <Button component={Link} to={`/t/${slug}`} size="sm" rightSection={<IconArrowRight size={16} />} disabled={status !== 'active'}>
            {t('platform.openTenant')}
          </Button>
        </Group>
      </Group>
      <Stack gap="xs">
        <Title order={2}>{t('platform.overview')}</Title>
        <Facts
          facts={[
            [t('platform.name'), name],
            [t('platform.slug'), <Code key="slug">{slug}</Code>],
            [t('platform.reachedAt'), <Code key="path">{`/t/${slug}`}</Code>],
            [t('platform.id'), <Code key="id">{tenant.id}</Code>],
            [t('platform.externalIds'), tenant.externalIds.length > 0 ? tenant.externalIds.join(', ') : undefined],
            [t('platform.masterAccount'), tenant.masterAccountName ?? undefined],
            [t('platform.addresses'), tenant.addresses && tenant.addresses.length > 0 && <Addresses addresses={tenant.addresses} />],
            [t('platform.technicalUser'), tenant.technicalUser ? `${tenant.technicalUser.name} · ${tenant.technicalUser.email}` : undefined],
            [t('platform.plan'), planName(tenant.plan)],
            [t('platform.placement'), `${tenant.placement.kind} · ${tenant.placement.store} / ${tenant.placement.database}`],
            [t('platform.timeZone'), tenant.timeZone],
            [t('platform.currency'), tenant.currency],
            [t('platform.locale'), tenant.locale],
            [t('platform.created'), <When key="created" at={tenant.createdAt} />],
            [t('platform.deleted'), tenant.deletedAt ? <When key="deleted" at={tenant.deletedAt} /> : undefined],
          ]}
        />
      </Stack>
      {(status === 'active' || status === 'suspended') && <Subscriptions tenant={tenant} />}
      <Deletion tenant={tenant} />
    </Stack>
  );
}

function Addresses({ addresses }: { addresses: TenantAddress[] }) {
  return (
    <Stack gap={4}>
      {addresses.map(({ line1, line2, city, region, postalCode, country }, index) => (
        <span key={index}>{[line1, line2, city, region, postalCode, country].filter(Boolean).join(', ')}</span>
      ))}
    </Stack>
  );
}

function SuspendOrResume({ tenant: { slug, name, status } }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const [asking, { open, close }] = useDisclosure();
  const suspend = useSuspend(slug);
  const resume = useResume(slug);
  const suspending = status === 'active';
  const change = suspending ? suspend : resume;
  const members = useQuery({ ...memberCountQuery(slug), enabled: asking && suspending });

  const act = () =>
    change.mutate(undefined, {
      onSuccess: () => {
        toast(suspending ? t('platform.suspend.done', { name }) : t('platform.resume.done', { name }));
        close();
      },
    });

  return (
    <>
      <Button
        variant="default"
        size="sm"
        leftSection={suspending ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />}
        onClick={() => {
          change.reset();
          open();
        }}
      >
        {suspending ? t('platform.suspend.open') : t('platform.resume.open')}
      </Button>
      <Confirm
        opened={asking}
        title={suspending ? t('platform.suspend.title', { name }) : t('platform.resume.title', { name })}
        action={suspending ? t('platform.suspend.action') : t('platform.resume.action')}
        color={suspending ? 'red.9' : 'accent'}
        busy={change.isPending}
        error={change.error}
        onConfirm={act}
        onClose={close}
      >
        {suspending ? (
          <Stack gap="xs">
            <Text size="sm">{t('platform.suspend.text')}</Text>
            <List size="sm" spacing={4}>
              <List.Item>{members.data == null ? t('platform.suspend.membersUncounted') : t('platform.suspend.members', { count: members.data })}</List.Item>
              <List.Item>{t('platform.suspend.work')}</List.Item>
              <List.Item>{t('platform.suspend.kept')}</List.Item>
            </List>
          </Stack>
        ) : (
          <Text size="sm">{t('platform.resume.text')}</Text>
        )}
      </Confirm>
    </>
  );
}
