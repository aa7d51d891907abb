import { Drawer, Group, Stack, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots } from '@tabler/icons-react';
import { Link, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Section } from './navigation';
import { Places } from './Places';
import classes from './Frame.module.css';

/** The tabs at the foot of a phone: four places, the rest behind "more". */
export function BottomBar({ base, sections }: { base: string; sections: Section[] }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const [opened, { open, close }] = useDisclosure();
  const places = sections.flatMap((section) => section.places);
  const shown = places.length > 5 ? places.slice(0, 4) : places;
  return (
    <>
      <Group component="nav" aria-label={t('shell.navigation')} gap={0} wrap="nowrap" className={classes.bottom}>
        {shown.map(({ path, label, icon: Icon }) => {
          const here = pathname.startsWith(base + path);
          return (
            <UnstyledButton key={path} component={Link} to={base + path} className={classes.tab} data-active={here || undefined} aria-current={here ? 'page' : undefined}>
              <Icon size={20} stroke={1.7} />
              <span>{t(label)}</span>
            </UnstyledButton>
          );
        })}
        {places.length > shown.length && (
          <UnstyledButton className={classes.tab} onClick={open}>
            <IconDots size={20} stroke={1.7} />
            <span>{t('shell.more')}</span>
          </UnstyledButton>
        )}
      </Group>
      <Drawer opened={opened} onClose={close} position="bottom" size="auto" title={t('shell.more')} closeButtonProps={{ 'aria-label': t('common.close'), size: 'lg' }}>
        <Stack gap="xs" pb="md">
          <Places base={base} sections={sections} onGo={close} />
        </Stack>
      </Drawer>
    </>
  );
}
