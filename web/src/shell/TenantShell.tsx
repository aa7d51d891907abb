import { Alert, Anchor, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, Outlet } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../account/session';
import { FormatProvider } from '../kit/Format';
import { Frame } from './Frame';
import { products, tenantPlaces, type Section } from './navigation';
import { rememberTenant } from './recent';
import { ClosedPage, NotFoundPage } from './StatePages';
import { asStaff, staffTenantQuery, TenantProvider, type OpenTenant } from './tenant';
import { TenantSwitcher } from './TenantSwitcher';

const route = getRouteApi('/signed-in/t/$tenant');

/** Leaving a tenant drops what was loaded of it and what is still on its way: no row of one ever shows in another. */
function useForgetOnLeave(slug: string) {
  const queries = useQueryClient();
  useEffect(
    () => () => {
      void queries.cancelQueries({ queryKey: ['tenant', slug] });
      queries.removeQueries({ queryKey: ['tenant', slug] });
    },
    [queries, slug],
  );
}

export function TenantShell() {
  const { t } = useTranslation();
  const { tenant: slug } = route.useParams();
  const me = useMe();
  const membership = me.tenants.find((tenant) => tenant.slug === slug);
  const { data: visited } = useQuery({ ...staffTenantQuery(slug), enabled: membership === undefined && me.superAdmin });
  useForgetOnLeave(slug);
  useEffect(() => {
    if (membership !== undefined) rememberTenant(me.person.id, slug);
  }, [membership, me.person.id, slug]);

  const tenant: OpenTenant | undefined = membership !== undefined ? { ...membership, staff: false } : visited && asStaff(visited);
  // A membership can end while the page is open: then the answer is the same as for a tenant that never was.
  if (tenant === undefined) return <NotFoundPage />;

  const may = (permission: string | undefined) => permission === undefined || tenant.staff || tenant.permissions.includes(permission);
  const isOpen = tenant.status === 'active' || tenant.status === 'moving';
  const sections: Section[] = isOpen
    ? [
        ...products
          .filter((product) => tenant.products.includes(product.name))
          .map((product) => ({ title: t(`shell.productNames.${product.name}`), places: product.places.filter((place) => may(place.permission)) })),
        { title: t('shell.tenant'), places: tenantPlaces.filter((place) => may(place.permission)) },
      ].filter((section) => section.places.length > 0)
    : [];

  return (
    <TenantProvider value={tenant}>
      <FormatProvider locale={tenant.locale} timeZone={tenant.timeZone} currency={tenant.currency}>
        <Frame
          key={slug}
          base={`/t/${slug}`}
          sections={sections}
          switcher={<TenantSwitcher current={tenant.name} role={tenant.role} />}
          bar={
            tenant.staff && (
              <Alert variant="light" color="grape" mb="md" p="xs">
                <Group justify="space-between" gap="xs">
                  <Text size="sm">{t('shell.staffBar', { tenant: tenant.name })}</Text>
                  <Anchor component={Link} to="/platform/tenants" size="sm">
                    {t('shell.staffBack')}
                  </Anchor>
                </Group>
              </Alert>
            )
          }
        >
          {isOpen ? <Outlet /> : <ClosedPage name={tenant.name} status={tenant.status} />}
        </Frame>
      </FormatProvider>
    </TenantProvider>
  );
}
