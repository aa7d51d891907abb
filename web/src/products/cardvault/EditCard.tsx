import { Button, Group, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../../api/problem';
import type { Card, CardRequest } from '../../api/types';
import { useManner } from '../../kit/Format';
import { focusInvalid, showRefusal } from '../../kit/formErrors';
import { ProblemView } from '../../kit/ProblemView';
import { toast } from '../../kit/toast';
import { UnsavedGuard } from '../../kit/UnsavedGuard';
import { useTenant } from '../../shell/tenant';
import { CardFields } from './CardFields';
import { changes, requestOf, valuesOf } from './cardForm';
import { cardQuery } from './cards';
import { useChangeCard } from './changes';
import { LostRace } from './LostRace';
import { useCardForm } from './useCardForm';

interface EditCardProps {
  card: Card;
  onDone: () => void;
}

/** Changes a card on the version that was opened; if another came between, both are shown and the person chooses. */
export function EditCard({ card: opened, onDone }: EditCardProps) {
  const { t } = useTranslation();
  const tenant = useTenant();
  const { currency } = useManner();
  const queries = useQueryClient();
  // The version that the form began with stays, whatever arrives while somebody types.
  const [base, setBase] = useState(opened);
  const [theirs, setTheirs] = useState<Card | null>(null);
  const linked = base.checklistCardId != null;
  // Their version could not be read: the card may be gone.
  const [unread, setUnread] = useState<unknown>(null);
  const change = useChangeCard(tenant.slug, base.id);
  const form = useCardForm(valuesOf(base, currency), linked);

  const requestFor = (card: Card) => requestOf(valuesOf(card, currency), card.checklistCardId ?? null);
  const save = (fields: CardRequest, version: number) => {
    setUnread(null);
    change.mutate(
      { change: fields, version },
      {
        onSuccess: (card) => {
          // What was typed is saved now: nothing to guard.
          form.resetDirty();
          toast(t('cardvault.edit.done', { player: card.player }));
          onDone();
        },
        onError: (error) => {
          if (isProblem(error, 412)) void queries.fetchQuery({ ...cardQuery(tenant.slug, base.id), staleTime: 0 }).then(setTheirs, setUnread);
          else showRefusal(form, error);
        },
      },
    );
  };
  const mine = requestOf(form.values, base.checklistCardId ?? null);
  const submit = form.onSubmit((values) => save(changes(requestFor(base), requestOf(values, base.checklistCardId ?? null)), base.version), focusInvalid);

  const takeTheirs = () => {
    if (theirs === null) return;
    form.setInitialValues(valuesOf(theirs, currency));
    form.reset();
    change.reset();
    setBase(theirs);
    setTheirs(null);
  };

  return (
    <form onSubmit={submit} noValidate>
      <UnsavedGuard when={() => form.isDirty() && !change.isSuccess} />
      <Stack>
        <CardFields form={form} linked={linked} />
        {theirs !== null ? (
          <LostRace
            theirs={requestFor(theirs)}
            mine={{ ...requestFor(theirs), ...changes(requestFor(base), mine) }}
            busy={change.isPending}
            onMine={() => {
              setTheirs(null);
              save(changes(requestFor(base), mine), theirs.version);
            }}
            onTheirs={takeTheirs}
          />
        ) : (
          change.error && !isProblem(change.error, 412) && <ProblemView error={change.error} within={form.values} />
        )}
        {unread !== null && <ProblemView error={unread} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={change.isPending} disabled={theirs !== null || !form.isDirty()}>
            {t('common.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
