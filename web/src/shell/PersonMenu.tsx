import { Avatar, Menu, Text, UnstyledButton, VisuallyHidden, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBuildingCommunity, IconDeviceDesktop, IconKey, IconLogout, IconMoon, IconSun } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { signOut, useMe } from '../account/session';
import { lazily } from '../kit/lazily';

const ChangePasswordDialog = lazily(() => import('../account/ChangePasswordDialog').then((module) => module.ChangePasswordDialog));
const SignOutFailed = lazily(() => import('./SignOutFailed').then((module) => module.SignOutFailed));

const schemes = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconDeviceDesktop },
] as const;

export function PersonMenu() {
  const { t } = useTranslation();
  const { person } = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [changing, change] = useDisclosure();
  const leave = useMutation({ mutationFn: signOut });
  const opener = useRef<HTMLButtonElement>(null);
  // The menu's entry is gone once its dialog is there: the focus goes back to what opened the menu.
  const back = (close: () => void) => () => {
    close();
    opener.current?.focus();
  };

  return (
    <>
      <Menu position="bottom-end" width={260} shadow="md" withinPortal={false} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <UnstyledButton ref={opener} p={4}>
            <Avatar size={32} radius="xl" name={person.name} color="accent" alt="" aria-hidden />
            <VisuallyHidden>{t('shell.person', { name: person.name })}</VisuallyHidden>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <Text component="span" display="block" size="sm" fw={550} c="var(--mantine-color-text)" truncate>
              {person.name}
            </Text>
            <Text component="span" display="block" size="xs" truncate>
              {person.email}
            </Text>
          </Menu.Label>
          <Menu.Divider />
          <Menu.Label>{t('shell.scheme')}</Menu.Label>
          <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)}>
            {schemes.map(({ value, icon: Icon }) => (
              <Menu.RadioItem key={value} value={value} rightSection={<Icon size={16} />}>
                {t(`shell.schemes.${value}`)}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Divider />
          <Menu.Item renderRoot={(props) => <Link {...props} to="/" search={{ all: '1' }} />} leftSection={<IconBuildingCommunity size={16} />}>
            {t('shell.home')}
          </Menu.Item>
          <Menu.Item leftSection={<IconKey size={16} />} onClick={change.open}>
            {t('shell.changePassword')}
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => leave.mutate()}>
            {t('shell.signOut')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {changing && <ChangePasswordDialog opened onClose={back(change.close)} />}
      {leave.isError && <SignOutFailed error={leave.error} onRetry={() => leave.mutate()} onClose={back(leave.reset)} />}
    </>
  );
}
