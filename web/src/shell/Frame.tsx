import { Box, Text } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { lazily } from '../kit/lazily';
import { useIsPhone } from '../kit/useIsPhone';
import { Mark } from './Mark';
import type { Section } from './navigation';
import { Places } from './Places';
import classes from './Frame.module.css';

const BottomBar = lazily(() => import('./BottomBar').then((module) => module.BottomBar));
const PersonMenu = lazily(() => import('./PersonMenu').then((module) => module.PersonMenu), <Box w={40} h={40} />);

interface FrameProps {
  /** What the places' paths are added to. */
  base: string;
  sections: Section[];
  switcher: ReactNode;
  bar?: ReactNode;
  platform?: boolean;
  children?: ReactNode;
}

/** After a change of page the focus stands at the content's beginning, as after loading a page. */
function useFocusOnNavigation() {
  const { pathname } = useLocation();
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    document.getElementById('content')?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [pathname]);
}

export function Frame({ base, sections, switcher, bar, platform, children }: FrameProps) {
  const { t } = useTranslation();
  const phone = useIsPhone();
  const { online } = useNetwork();
  useFocusOnNavigation();

  return (
    <Box className={classes.shell} data-platform={platform || undefined}>
      <a href="#content" className={classes.skip}>
        {t('shell.skip')}
      </a>
      <header className={classes.header}>
        <Link to="/" search={{ all: '1' }} className={classes.mark} aria-label={t('shell.home')}>
          <Mark plain />
        </Link>
        <Text component="span" c="dimmed" aria-hidden>
          /
        </Text>
        <Box flex={1} miw={0}>
          {switcher}
        </Box>
        <PersonMenu />
      </header>
      {!phone && (
        <nav aria-label={t('shell.navigation')} className={classes.navbar}>
          <Places base={base} sections={sections} />
        </nav>
      )}
      <main id="content" tabIndex={-1} className={classes.main}>
        {bar}
        {!online && (
          <Text size="sm" role="status" className={classes.offline}>
            {t('common.offline')}
          </Text>
        )}
        {children ?? <Outlet />}
      </main>
      {phone && <BottomBar base={base} sections={sections} />}
    </Box>
  );
}
