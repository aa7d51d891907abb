import { Badge, Box, Group, Paper, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconPlus, IconSearch, IconSearchOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { CatalogueCard, SearchTerm } from '../../api/types';
import { lookUp } from '../../i18n';
import { EmptyPage } from '../../kit/EmptyPage';
import { lazily } from '../../kit/lazily';
import { Page } from '../../kit/Page';
import { ProblemView } from '../../kit/ProblemView';
import { useWords } from '../../kit/useWords';
import { Waiting } from '../../kit/Waiting';
import { permissions } from '../../shell/permissions';
import { useCan, useTenant } from '../../shell/tenant';
import { Attributes } from './Attributes';
import { searchLimit, searchQuery } from './cards';
import classes from './SearchPage.module.css';
import { usePickFirst } from './usePickFirst';

const AddFromHit = lazily(() => import('./AddFromHit').then((module) => module.AddFromHit));
const route = getRouteApi('/signed-in/t/$tenant/cardvault/search');

export function SearchPage() {
  const { t } = useTranslation();
  const tenant = useTenant();
  const mayAdd = useCan(permissions.editCards);
  const { q = '', add } = route.useSearch();
  const navigate = route.useNavigate();
  const put = (next: string) => navigate({ search: (now) => ({ ...now, q: next || undefined }), replace: true });
  const [words, setWords] = useWords(q, (next) => void put(next), 120);
  const found = useQuery(searchQuery(tenant.slug, q));
  // A hit that is opened need not be among those of the words that are typed by then.
  const [chosen, setChosen] = useState<CatalogueCard>();
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useHotkeys([['/', () => field.current?.focus()]]);

  const open = (card: CatalogueCard | undefined) => {
    setChosen(card);
    void navigate({ search: (now) => ({ ...now, add: card?.id }) });
  };
  // The words first: whoever goes back finds them again.
  const pickFirst = usePickFirst(tenant.slug, (card, asked) => void put(asked).then(() => open(card)));
  // From the field down through the hits and up again, without leaving the arrow keys.
  const walk = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const hits = [...(list.current?.querySelectorAll('button') ?? [])];
    const next = hits.indexOf(document.activeElement as HTMLButtonElement) + (event.key === 'ArrowDown' ? 1 : -1);
    if (next >= hits.length) return;
    event.preventDefault();
    (hits[next] ?? field.current)?.focus();
  };

  return (
    <Page title={t('cardvault.search.title')} description={t('cardvault.search.description')} of={tenant.name} narrow>
      <Stack gap="sm" onKeyDown={walk}>
        <TextInput
          ref={field}
          size="md"
          autoFocus
          type="search"
          leftSection={<IconSearch size={18} />}
          placeholder={t('cardvault.search.placeholder')}
          aria-label={t('cardvault.search.field')}
          value={words}
          maxLength={200}
          onChange={(event) => setWords(event.currentTarget.value)}
          onKeyDown={mayAdd ? pickFirst : undefined}
        />
        {q === '' ? (
          <EmptyPage icon={IconSearch} title={t('cardvault.search.startTitle')}>
            {t('cardvault.search.startText')}
          </EmptyPage>
        ) : found.error && !found.data ? (
          <ProblemView error={found.error} onRetry={() => void found.refetch()} />
        ) : found.data === undefined ? (
          <Waiting />
        ) : (
          <>
            <Understood terms={found.data.terms} />
            <Text size="sm" c="dimmed" role="status">
              {t(found.data.items.length < searchLimit ? 'cardvault.search.found' : 'cardvault.search.foundBest', { count: found.data.items.length })}
            </Text>
            {found.data.items.length === 0 ? (
              <EmptyPage icon={IconSearchOff} title={t('cardvault.search.noneTitle')}>
                {mayAdd ? t('cardvault.search.noneText') : t('cardvault.search.noneTextViewer')}
              </EmptyPage>
            ) : (
              <Paper withBorder component="ul" ref={list} className={classes.hits} aria-label={t('cardvault.search.hits')}>
                {found.data.items.map((card) => (
                  <li key={card.id}>
                    {mayAdd ? (
                      <UnstyledButton className={classes.hit} onClick={() => open(card)}>
                        <Hit card={card} />
                        <Group gap={4} wrap="nowrap" className={classes.add}>
                          <IconPlus size={16} aria-hidden />
                          <Text component="span" size="sm" fw={550}>
                            {t('common.add')}
                          </Text>
                        </Group>
                      </UnstyledButton>
                    ) : (
                      <Box className={classes.hit}>
                        <Hit card={card} />
                      </Box>
                    )}
                  </li>
                ))}
              </Paper>
            )}
          </>
        )}
      </Stack>
      {mayAdd && (
        <AddFromHit
          card={chosen?.id === add ? chosen : found.data?.items.find(({ id }) => id === add)}
          waiting={add === undefined || (q !== '' && (found.isPending || found.isPlaceholderData))}
          opened={add !== undefined && !found.isLoadingError}
          onClose={() => open(undefined)}
        />
      )}
    </Page>
  );
}

/** How each word was taken, so that a surprising hit explains itself. */
function Understood({ terms }: { terms: SearchTerm[] }) {
  const { t } = useTranslation();
  if (terms.length === 0) return null;
  return (
    <Group gap={6} aria-label={t('cardvault.search.understood')} role="group">
      {terms.map(({ text, kind, meaning }, index) => (
        <Badge key={index} variant="default" radius="sm" tt="none" fw={500}>
          {kind === 'word' ? text : `${text} → ${lookUp('cardvault.search.kinds', kind) ?? kind} ${meaning}`}
        </Badge>
      ))}
    </Group>
  );
}

function Hit({ card }: { card: CatalogueCard }) {
  const { t } = useTranslation();
  return (
    <Stack gap={2} miw={0} flex={1}>
      <Group gap="xs">
        <Text component="span" fw={600}>
          {card.player}
        </Text>
        <Attributes codes={card.attributes} words />
      </Group>
      <Text component="span" size="sm" c="dimmed">
        {[card.cardNumber ? `#${card.cardNumber}` : t('cardvault.search.noNumber'), card.release, card.set].join(' · ')}
      </Text>
      {(card.note || card.variations.length > 0) && (
        <Text component="span" size="sm" c="dimmed">
          {[card.note, card.variations.length > 0 && t('cardvault.search.variations', { count: card.variations.length })].filter(Boolean).join(' · ')}
        </Text>
      )}
    </Stack>
  );
}
