import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { isGrader } from './grading';
import type { CardValues } from './cardForm';

/** A form for a card; what stands together is checked by the server, here only what would not even arrive. */
export function useCardForm(initialValues: CardValues, linked: boolean) {
  const { t } = useTranslation();
  const whole = (value: string) => (value.trim() === '' || /^\d+$/.test(value.trim()) ? null : t('cardvault.card.wholeNumber'));
  return useForm<CardValues>({
    initialValues,
    validate: {
      player: (value) => (!linked && value.trim() === '' ? t('common.required') : null),
      year: whole,
      // A graded card is sent as one copy, whatever was typed before.
      quantity: (value, all) => (isGrader(all.grader) ? null : whole(value)),
      serialNumber: whole,
      serialLimit: whole,
      grade: (value, all) => (isGrader(all.grader) && value === '' ? t('common.required') : null),
      cost: (value) => (value.trim() === '' || /^\d+([.,]\d{1,4})?$/.test(value.trim()) ? null : t('cardvault.card.amount')),
    },
    validateInputOnBlur: true,
  });
}
