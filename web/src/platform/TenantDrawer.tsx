import { Button, Code, Group, List, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowRight, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../api/problem';
import type { Tenant, TenantAddress } from '../api/types';
import { lookUp } from '../i18n';
import { Confirm } from '../kit/Confirm';
import { Drawer } from '../kit/Drawer';
import { Facts } from '../kit/Facts';
import { useNumber, When } from '../kit/Format';
import { ProblemView } from '../kit/ProblemView';
import { TenantState } from '../kit/Status';
import { toast } from '../kit/toast';
import { Waiting } from '../kit/Waiting';
import { Deletion } from './Deletion';
import { OperationList } from './OperationList';
import { OperationNews, OperationView } from './OperationView';
import { isUnderWay, useOperations } from './operations';
import { Subscriptions } from './Subscriptions';
import { memberCountQuery, planName, tenantQuery, useResume, useSuspend } from './tenants';

export function TenantDrawer({ slug, onClose }: { slug: string | undefined; onClose: () => void }) {
  const { data, error, refetch } = useQuery({ ...tenantQuery(slug ?? ''), enabled: slug !== undefined });
  // One that was removed for good is shown no longer; any other failure leaves what is known.
  const shown = data !== undefined && !isProblem(error, 404);
  return (
    <Drawer opened={slug !== undefined} onClose={onClose} title={data?.name ?? slug} size={520}>
      {shown ? <TenantDetails key={data.id} tenant={data} /> : error ? <ProblemView error={error} onRetry={() => void refetch()} /> : <Waiting />}
    </Drawer>
  );
}

function TenantDetails({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation();
  const number = useNumber();
  const { slug, name, status, provisioningError, deletedAt, retainedUntil } = tenant;
  // One that never had a home is kept for no time.
  const isKept = status === 'deleted' && retainedUntil !== deletedAt;
  const { data: page, error, refetch } = useOperations(tenant.id);
  const operations = page?.items ?? [];
  const newest = operations.find(({ product }) => !product);
  const matters = newest && (isUnderWay(newest) || newest.status === 'stuck' || status === 'failed') ? newest : undefined;
  const others = operations.filter((operation) => operation !== matters);
  return (
    <Stack gap="lg">
      <OperationNews operation={newest} />
      <Group gap="xs">
        <TenantState status={status} />
        <Group gap="xs" ml="auto">
          {(status === 'active' || status === 'suspended') && <SuspendOrResume tenant={tenant} />}
          <Button component={Link} to={`/t/${slug}`} size="sm" rightSection={<IconArrowRight size={16} />} disabled={status !== 'active'}>
            {t('platform.openTenant')}
          </Button>
        </Group>
      </Group>
      {provisioningError && provisioningError !== matters?.reason && <Text c="var(--mantine-color-error)">{provisioningError}</Text>}
      {matters && <OperationView operation={matters} tenant={tenant} />}
      {page === undefined && error != null && <ProblemView error={error} onRetry={() => void refetch()} />}
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
            [t('platform.cloudType'), lookUp('platform.cloudTypes', tenant.cloudType) ?? tenant.cloudType],
            [t('platform.provisioning'), isKept ? t('platform.homeKept') : (lookUp('platform.provisioningStates', tenant.provisioningStatus) ?? tenant.provisioningStatus)],
            [t('platform.store'), tenant.placement.store],
            [t('platform.database'), <Code key="database">{tenant.placement.database}</Code>],
            [t('platform.generation'), number(tenant.placement.generation)],
            [t('platform.timeZone'), tenant.timeZone],
            [t('platform.currency'), tenant.currency],
            [t('platform.locale'), tenant.locale],
            [t('platform.created'), <When key="created" at={tenant.createdAt} />],
            [t('platform.deleted'), tenant.deletedAt ? <When key="deleted" at={tenant.deletedAt} /> : undefined],
          ]}
        />
      </Stack>
      {(status === 'active' || status === 'suspended') && <Subscriptions tenant={tenant} />}
      {others.length > 0 && (
        <OperationList
          title={matters ? t('operations.earlier') : t('operations.title')}
          operations={others}
          tenant={tenant}
          newest={newest}
          more={page?.next != null}
        />
      )}
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
