import { Badge, Box, Popover, Text, TextInput, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSearch, IconSelector } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../account/session';
import { lookUp } from '../i18n';
import { recentTenants } from './recent';
import classes from './TenantSwitcher.module.css';

interface Choice {
  key: string;
  name: string;
  note: string;
  to: string;
  recent: boolean;
}

/** Where one is, and the way to one's other tenants: typed, or by arrows. */
export function TenantSwitcher({ current, role }: { current: string; role?: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const [opened, { toggle, close }] = useDisclosure();
  const [words, setWords] = useState('');
  const [active, setActive] = useState(0);

  const wanted = words.trim().toLowerCase();
  const recent = recentTenants(me.person.id);
  const matching = me.tenants.filter((tenant) => `${tenant.name} ${tenant.slug}`.toLowerCase().includes(wanted));
  const choices: Choice[] = [
    ...recent.flatMap((slug) => matching.filter((tenant) => tenant.slug === slug)),
    ...matching.filter((tenant) => !recent.includes(tenant.slug)),
  ].map((tenant) => ({
    key: tenant.id,
    name: tenant.name,
    note: lookUp('common.roles', tenant.role) ?? tenant.role,
    to: `/t/${tenant.slug}`,
    recent: recent.includes(tenant.slug),
  }));
  if (me.superAdmin && t('shell.platform').toLowerCase().includes(wanted)) {
    choices.push({ key: 'platform', name: t('shell.platform'), note: t('common.roles.staff'), to: '/platform/tenants', recent: false });
  }

  const go = (choice: Choice | undefined) => {
    if (choice === undefined) return;
    close();
    void navigate({ to: choice.to });
  };
  const move = (to: number) => {
    const at = Math.max(Math.min(to, choices.length - 1), 0);
    setActive(at);
    document.getElementById(`tenant-${choices[at]?.key}`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(active + 1);
    else if (event.key === 'ArrowUp') move(active - 1);
    else if (event.key === 'Enter') go(choices[active]);
    else return;
    event.preventDefault();
  };

  return (
    <Popover opened={opened} onChange={(open) => !open && close()} onClose={() => setWords('')} position="bottom-start" width={320} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes.target} onClick={toggle}>
          <Text component="span" fw={600} size="sm" truncate>
            {current}
          </Text>
          {role && (
            <Badge component="span" variant="default" size="sm" radius="sm" tt="none" className={classes.role}>
              {lookUp('common.roles', role) ?? role}
            </Badge>
          )}
          <VisuallyHidden>{t('shell.switchTenant')}</VisuallyHidden>
          <IconSelector size={16} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={t('shell.switchTenant')}>
        <TextInput
          className={classes.find}
          variant="unstyled"
          leftSection={<IconSearch size={16} />}
          placeholder={t('shell.findTenant')}
          aria-label={t('shell.findTenant')}
          value={words}
          data-autofocus
          role="combobox"
          aria-expanded
          aria-controls="tenant-choices"
          aria-activedescendant={choices[active] ? `tenant-${choices[active].key}` : undefined}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
        <Box mah={320} className={classes.choices}>
          <Box role="listbox" id="tenant-choices" aria-label={t('shell.allTenants')} p={4}>
            {choices.map((choice, index) => (
              <Box
                key={choice.key}
                id={`tenant-${choice.key}`}
                role="option"
                aria-selected={index === active}
                className={classes.choice}
                data-active={index === active || undefined}
                onMouseMove={() => setActive(index)}
                onClick={() => go(choice)}
              >
                <Text component="span" size="sm" truncate flex={1}>
                  {choice.name}
                </Text>
                <Text component="span" size="xs" c="dimmed">
                  {choice.recent ? `${t('shell.recent')} · ${choice.note}` : choice.note}
                </Text>
              </Box>
            ))}
          </Box>
          {choices.length === 0 && (
            <Text size="sm" c="dimmed" p="md">
              {t('shell.noTenantFound')}
            </Text>
          )}
        </Box>
      </Popover.Dropdown>
    </Popover>
  );
}
