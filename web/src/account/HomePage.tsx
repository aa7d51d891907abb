import { Badge, Box, Group, Paper, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { IconBuildingCommunity, IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { lookUp } from '../i18n';
import { EmptyPage } from '../kit/EmptyPage';
import { useDocumentTitle } from '../kit/Page';
import { TenantState } from '../kit/Status';
import { Mark } from '../shell/Mark';
import { PersonMenu } from '../shell/PersonMenu';
import { useMe } from './session';
import classes from './HomePage.module.css';

/** For a person with more than one tenant, or none. Whoever has exactly one is led there by the route. */
export function HomePage() {
  const { t } = useTranslation();
  const me = useMe();
  useDocumentTitle(t('account.home.title'));
  return (
    <Box className={classes.home}>
      <Group component="header" justify="space-between" className={classes.head}>
        <Mark />
        <PersonMenu />
      </Group>
      <Stack component="main" className={classes.main} gap="lg">
        <Title order={1}>{t('account.home.title')}</Title>
        {me.superAdmin && (
          <Paper withBorder>
            <UnstyledButton component={Link} to="/platform/tenants" className={classes.place}>
              <Box flex={1}>
                <Text fw={550}>{t('shell.platform')}</Text>
                <Text size="sm" c="dimmed">
                  {t('account.home.platform')}
                </Text>
              </Box>
              <IconChevronRight size={16} aria-hidden />
            </UnstyledButton>
          </Paper>
        )}
        {me.tenants.length === 0 && !me.superAdmin && (
          <EmptyPage icon={IconBuildingCommunity} title={t('account.home.noneTitle')}>
            {t('account.home.noneText', { email: me.person.email })}
          </EmptyPage>
        )}
        {me.tenants.length > 0 && (
          <Paper withBorder>
            {me.tenants.map((tenant) => (
              <UnstyledButton key={tenant.id} component={Link} to={`/t/${tenant.slug}`} className={classes.place}>
                <Box flex={1} miw={0}>
                  <Text fw={550} truncate>
                    {tenant.name}
                  </Text>
                  <Text size="sm" c="dimmed" truncate>
                    {tenant.slug}
                  </Text>
                </Box>
                {tenant.status !== 'active' && <TenantState status={tenant.status} />}
                <Badge variant="default" radius="sm" tt="none">
                  {lookUp('common.roles', tenant.role) ?? tenant.role}
                </Badge>
                <IconChevronRight size={16} aria-hidden />
              </UnstyledButton>
            ))}
          </Paper>
        )}
      </Stack>
    </Box>
  );
}
