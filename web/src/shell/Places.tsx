import { Box, Text } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Section } from './navigation';
import classes from './Frame.module.css';

export function Places({ base, sections, onGo }: { base: string; sections: Section[]; onGo?: () => void }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  return sections.map((section) => (
    <Box key={section.title} className={classes.section}>
      <Text component="h2" className={classes.sectionTitle}>
        {section.title}
      </Text>
      {section.places.map(({ path, label, icon: Icon }) => {
        const here = pathname.startsWith(base + path);
        return (
          <Link key={path} to={base + path} onClick={onGo} className={classes.place} data-active={here || undefined} aria-current={here ? 'page' : undefined}>
            <Icon size={18} stroke={1.7} aria-hidden />
            {t(label)}
          </Link>
        );
      })}
    </Box>
  ));
}
