import { Button, Checkbox, Fieldset, Group, Radio, Select, SimpleGrid, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconArrowRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Tenant } from '../api/types';
import { Drawer } from '../kit/Drawer';
import { OneTimeLink } from '../kit/OneTimeLink';
import { focusInvalid, showRefusal } from '../kit/formErrors';
import { ProblemView } from '../kit/ProblemView';
import { UnsavedGuard } from '../kit/UnsavedGuard';
import { toast } from '../kit/toast';
import { useKeptLink } from '../kit/useKeptLink';
import { Waiting } from '../kit/Waiting';
import { products } from '../shell/navigation';
import { OperationNews, OperationView } from './OperationView';
import { useOperations } from './operations';
import { suggestSlug } from './slug';
import { storesQuery } from './stores';
import { cloudTypes, defaultCloudType, defaultPlan, planName, plans, tenantQuery, useCreateTenant } from './tenants';

const timeZones = ['Etc/UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
const currencies = Intl.supportedValuesOf('currency');
const locales = ['en', 'en-GB', 'es', 'es-419', 'es-MX', 'fr', 'de', 'it', 'nl', 'pt-BR'];

export function CreateTenantDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const create = useCreateTenant();
  const { kept, give, forget } = useKeptLink(create, create.data?.admin?.invitationLink);
  const done = () => {
    give();
    onClose();
  };
  return (
    <Drawer opened={opened || kept} kept={kept} onClose={onClose} onClosed={forget} title={t('platform.create.title')} size={520}>
      {create.data ? <Created tenant={create.data} onClose={done} /> : <CreateTenant create={create} onClose={onClose} />}
    </Drawer>
  );
}

function Created({ tenant: made, onClose }: { tenant: Tenant; onClose: () => void }) {
  const { t } = useTranslation();
  // The link is in the answer to the making alone.
  const { name, slug, admin } = made;
  const atOnce = made.status === 'active';
  const { data: tenant = made } = useQuery({ ...tenantQuery(slug), enabled: !atOnce });
  const { data: page, error, refetch } = useOperations(made.id, !atOnce);
  const newest = page?.items.at(0);
  const ready = tenant.status === 'active';
  return (
    <Stack>
      <OperationNews operation={newest} />
      {ready ? (
        <Text>{t('platform.create.ready', { name, address: `/t/${slug}` })}</Text>
      ) : (
        <>
          <Text>{tenant.status === 'failed' ? t('platform.create.notMade', { name }) : t('platform.create.making', { name })}</Text>
          {newest ? <OperationView operation={newest} tenant={tenant} /> : error ? <ProblemView error={error} onRetry={() => void refetch()} /> : <Waiting rows={4} />}
        </>
      )}
      {admin?.invitationLink && <OneTimeLink name={admin.name} link={admin.invitationLink} />}
      <Group>
        {ready && (
          <Button component={Link} to={`/t/${slug}`} ignoreBlocker rightSection={<IconArrowRight size={16} />}>
            {t('platform.openTenant')}
          </Button>
        )}
        <Button variant="default" onClick={onClose}>
          {admin?.invitationLink ? t('members.add.linkGiven') : t('common.close')}
        </Button>
      </Group>
    </Stack>
  );
}

function CreateTenant({ create, onClose }: { create: ReturnType<typeof useCreateTenant>; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: {
      name: '',
      slug: '',
      products: products.map((product) => product.name as string),
      plan: defaultPlan,
      cloudType: defaultCloudType,
      store: '',
      admin: { name: '', email: '' },
      externalIds: [] as string[],
      timeZone: timeZones.find((zone) => zone === Intl.DateTimeFormat().resolvedOptions().timeZone) ?? 'Etc/UTC',
      currency: 'USD',
      locale: 'en',
    },
    validate: {
      name: (value) => (value.trim() === '' ? t('common.required') : null),
      admin: {
        name: (value, all) => (value.trim() === '' && all.admin.email.trim() !== '' ? t('common.required') : null),
        email: (value, all) => (value.trim() === '' && all.admin.name.trim() !== '' ? t('common.required') : null),
      },
    },
    validateInputOnBlur: true,
  });
  const isPrivate = form.values.cloudType === 'private';
  const { data: stores = [] } = useQuery({ ...storesQuery, enabled: isPrivate });
  const places = stores.filter(({ kind, open }) => kind === 'dedicated' && open);
  const suggestion = suggestSlug(form.values.name);
  const address = form.values.slug.trim() || suggestion;

  const submit = form.onSubmit(
    (values) =>
      create.mutate(
        {
          name: values.name.trim(),
          slug: values.slug.trim() || undefined,
          products: values.products,
          plan: values.plan,
          cloudType: values.cloudType,
          store: isPrivate && values.store !== '' ? values.store : undefined,
          externalIds: values.externalIds.length > 0 ? values.externalIds : undefined,
          admin: values.admin.email.trim() === '' ? undefined : { name: values.admin.name.trim(), email: values.admin.email.trim() },
          timeZone: values.timeZone,
          currency: values.currency,
          locale: values.locale,
        },
        { onSuccess: ({ name, status }) => status === 'active' && toast(t('platform.create.done', { name })), onError: (error) => showRefusal(form, error) },
      ),
    focusInvalid,
  );

  return (
    <form onSubmit={submit} noValidate>
      <UnsavedGuard when={() => form.isDirty() && !create.isSuccess} />
      <Stack>
        <TextInput label={t('platform.name')} withAsterisk data-autofocus {...form.getInputProps('name')} />
        <TextInput
          label={t('platform.slug')}
          description={address === '' ? t('platform.create.slugHelp') : t('platform.create.slugAddress', { address })}
          placeholder={suggestion}
          spellCheck={false}
          autoCapitalize="none"
          {...form.getInputProps('slug')}
        />
        <Checkbox.Group label={t('platform.products')} {...form.getInputProps('products')}>
          <Stack gap="xs" mt={6}>
            {products.map(({ name }) => (
              <Checkbox key={name} value={name} label={t(`shell.productNames.${name}`)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Select
          label={t('platform.plan')}
          data={plans.map((value) => ({ value, label: planName(value) }))}
          allowDeselect={false}
          {...form.getInputProps('plan')}
        />
        <Radio.Group label={t('platform.cloudType')} {...form.getInputProps('cloudType')}>
          <Stack gap="xs" mt={6}>
            {cloudTypes.map((type) => (
              <Radio key={type} value={type} label={t(`platform.cloudTypes.${type}`)} description={t(`platform.create.cloudTypeMeans.${type}`)} />
            ))}
          </Stack>
        </Radio.Group>
        {isPrivate && places.length > 1 && (
          <Select
            label={t('platform.store')}
            description={t('platform.create.storeHelp')}
            data={[
              { value: '', label: t('platform.create.anyStore') },
              ...places.map(({ name, region }) => ({ value: name, label: region ? `${name} · ${region}` : name })),
            ]}
            allowDeselect={false}
            {...form.getInputProps('store')}
          />
        )}
        <Fieldset legend={t('platform.create.admin')}>
          <Stack gap="sm">
            <Text size="sm" c="dimmed">
              {t('platform.create.adminHelp')}
            </Text>
            <TextInput label={t('members.name')} autoComplete="off" {...form.getInputProps('admin.name')} />
            <TextInput label={t('account.email')} type="email" autoComplete="off" {...form.getInputProps('admin.email')} />
          </Stack>
        </Fieldset>
        <Fieldset legend={t('platform.create.manner')}>
          <Stack gap="sm">
            <Select label={t('platform.timeZone')} data={timeZones} searchable limit={60} allowDeselect={false} {...form.getInputProps('timeZone')} />
            <SimpleGrid cols={2} spacing="sm">
              <Select label={t('platform.currency')} data={currencies} searchable limit={60} allowDeselect={false} {...form.getInputProps('currency')} />
              <Select label={t('platform.locale')} data={locales} searchable allowDeselect={false} {...form.getInputProps('locale')} />
            </SimpleGrid>
          </Stack>
        </Fieldset>
        <TagsInput label={t('platform.externalIds')} description={t('platform.create.externalIdsHelp')} {...form.getInputProps('externalIds')} />
        {create.error && <ProblemView error={create.error} within={form.values} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} disabled={create.isPending}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t('platform.create.action')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
