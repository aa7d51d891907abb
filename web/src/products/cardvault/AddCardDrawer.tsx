import { Button, Paper, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPencil, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CatalogueCard } from '../../api/types';
import { Drawer } from '../../kit/Drawer';
import { ProblemView } from '../../kit/ProblemView';
import { useTenant } from '../../shell/tenant';
import { AddCard } from './AddCard';
import { Attributes } from './Attributes';
import { searchQuery } from './cards';
import classes from './SearchPage.module.css';
import { usePickFirst } from './usePickFirst';

export function AddCardDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer opened={opened} onClose={onClose} title={t('cardvault.add.title')} size={520}>
      <Choose onClose={onClose} />
    </Drawer>
  );
}

/** First which card it is; most are in a checklist, so that nobody types what is printed there. */
function Choose({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const tenant = useTenant();
  const [of, setOf] = useState<CatalogueCard | null | undefined>(undefined);
  const [words, setWords] = useState('');
  const [settled] = useDebouncedValue(words.trim(), 120);
  const found = useQuery(searchQuery(tenant.slug, settled));
  const pickFirst = usePickFirst(tenant.slug, setOf);

  if (of !== undefined) return <AddCard of={of} onClose={onClose} />;
  const hits = settled === '' ? [] : (found.data?.items.slice(0, 10) ?? []);
  return (
    <Stack>
      <TextInput
        label={t('cardvault.add.find')}
        description={t('cardvault.add.findHelp')}
        leftSection={<IconSearch size={16} />}
        placeholder={t('cardvault.search.placeholder')}
        data-autofocus
        maxLength={200}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        onKeyDown={pickFirst}
      />
      {found.error && settled !== '' && <ProblemView error={found.error} onRetry={() => void found.refetch()} />}
      {hits.length > 0 && (
        <Paper withBorder component="ul" className={classes.hits} aria-label={t('cardvault.search.hits')}>
          {hits.map((card) => (
            <li key={card.id}>
              <UnstyledButton className={classes.hit} onClick={() => setOf(card)}>
                <Stack gap={0} miw={0}>
                  <Text component="span" size="sm" fw={550}>
                    {card.player} <Attributes codes={card.attributes} />
                  </Text>
                  <Text component="span" size="sm" c="dimmed">
                    {[card.cardNumber && `#${card.cardNumber}`, card.release, card.set].filter(Boolean).join(' · ')}
                  </Text>
                </Stack>
              </UnstyledButton>
            </li>
          ))}
        </Paper>
      )}
      {settled !== '' && found.data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('cardvault.search.noneTitle')}
        </Text>
      )}
      <Button variant="default" leftSection={<IconPencil size={16} />} onClick={() => setOf(null)}>
        {t('cardvault.add.freeForm')}
      </Button>
    </Stack>
  );
}
