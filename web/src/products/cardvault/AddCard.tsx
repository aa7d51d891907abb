import { Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CatalogueCard } from '../../api/types';
import { focusInvalid, showRefusal } from '../../kit/formErrors';
import { ProblemView } from '../../kit/ProblemView';
import { toast } from '../../kit/toast';
import { UnsavedGuard } from '../../kit/UnsavedGuard';
import { useManner } from '../../kit/Format';
import { useTenant } from '../../shell/tenant';
import { CardFields } from './CardFields';
import { useAddCard } from './changes';
import { ChecklistFacts } from './ChecklistFacts';
import { emptyCard, requestOf } from './cardForm';
import { useCardForm } from './useCardForm';
import { Warnings } from './Warnings';

interface AddCardProps {
  /** The checklist card that it is a copy of; none for a free-form card. */
  of: CatalogueCard | null;
  onClose: () => void;
}

export function AddCard({ of, onClose }: AddCardProps) {
  const { t } = useTranslation();
  const tenant = useTenant();
  const { currency } = useManner();
  const add = useAddCard(tenant.slug);
  const form = useCardForm(emptyCard(currency), of !== null);

  const submit = form.onSubmit(
    (values) =>
      add.mutate(requestOf(values, of?.id ?? null), {
        onSuccess: (card) => {
          // What was typed is saved now: nothing to guard.
          form.resetDirty();
          toast(t('cardvault.add.done', { player: card.player }));
          if (card.warnings.length === 0) onClose();
        },
        onError: (error) => showRefusal(form, error),
      }),
    focusInvalid,
  );

  // Nothing to say against it: the drawer has closed. Else the rule is stated before it does.
  if (add.data) {
    return (
      <Stack>
        <Text>{t('cardvault.add.kept', { player: add.data.player })}</Text>
        <Warnings warnings={add.data.warnings} />
        <Group>
          <Button onClick={onClose}>{t('common.close')}</Button>
        </Group>
      </Stack>
    );
  }

  return (
    <form onSubmit={submit} noValidate>
      <UnsavedGuard when={() => form.isDirty() && !add.isSuccess} />
      <Stack>
        {of && <ChecklistFacts card={of} />}
        <CardFields form={form} linked={of !== null} variations={of?.variations} />
        {add.error && <ProblemView error={add.error} within={form.values} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending} data-autofocus={of !== null || undefined}>
            {t('cardvault.add.action')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
