import { Checkbox, Fieldset, Select, SegmentedControl, SimpleGrid, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { Variation } from '../../api/types';
import type { CardValues } from './cardForm';
import { useCollectionChoice } from './collections';
import { conditions, graders, isGrader, ladders, subgradeNames, subgrades } from './grading';

interface CardFieldsProps {
  form: UseFormReturnType<CardValues>;
  /** Whether a checklist says number, player, set and year. */
  linked: boolean;
  variations?: Variation[];
}

export function CardFields({ form, linked, variations = [] }: CardFieldsProps) {
  const { t } = useTranslation();
  const field = form.getInputProps;
  return (
    <Stack>
      {!linked && (
        <>
          <TextInput label={t('cardvault.card.player')} withAsterisk data-autofocus {...field('player')} />
          <SimpleGrid cols={2} spacing="sm">
            <TextInput label={t('cardvault.card.cardNumber')} {...field('cardNumber')} />
            <TextInput label={t('cardvault.card.year')} inputMode="numeric" {...field('year')} />
          </SimpleGrid>
          <TextInput label={t('cardvault.card.set')} {...field('set')} />
          <TextInput label={t('cardvault.card.manufacturer')} {...field('manufacturer')} />
        </>
      )}
      {variations.length > 0 && (
        <Select
          label={t('cardvault.card.variation')}
          description={t('cardvault.card.variationHelp')}
          clearable
          data={variations.map(({ id, name }) => ({ value: id, label: name }))}
          value={form.values.variationId || null}
          error={form.errors.variationId}
          onChange={(value) => form.setFieldValue('variationId', value ?? '')}
        />
      )}
      <Grading form={form} />
      <Holding form={form} />
    </Stack>
  );
}

/** Raw or graded: what can be chosen follows the ladder of whoever graded it. */
function Grading({ form }: { form: UseFormReturnType<CardValues> }) {
  const { t } = useTranslation();
  const { grader } = form.values;
  const field = form.getInputProps;
  const setGrader = (next: string) => {
    form.setFieldValue('grader', next);
    // A grade that the next grader does not give must not stay chosen unseen.
    if (!isGrader(next) || !ladders[next].some((grade) => grade.text === form.values.grade)) form.setFieldValue('grade', '');
    form.clearFieldError('quantity');
  };
  return (
    <Fieldset legend={t('cardvault.card.grading')}>
      <Stack gap="sm">
        <SegmentedControl
          fullWidth
          aria-label={t('cardvault.card.grader')}
          value={grader}
          onChange={setGrader}
          data={[{ value: '', label: t('cardvault.card.raw') }, ...graders.map((name) => ({ value: name, label: name }))]}
        />
        {form.errors.grader && (
          <Text size="sm" c="var(--mantine-color-error)">
            {form.errors.grader}
          </Text>
        )}
        {isGrader(grader) ? (
          <>
            <SimpleGrid cols={2} spacing="sm">
              <Select
                label={t('cardvault.card.grade')}
                withAsterisk
                searchable
                data={ladders[grader].map(({ text, label }) => ({ value: text, label: `${text} · ${label}` }))}
                value={form.values.grade || null}
                error={form.errors.grade}
                onChange={(value) => form.setFieldValue('grade', value ?? '')}
              />
              <TextInput label={t('cardvault.card.certificate')} spellCheck={false} {...field('certificate')} />
            </SimpleGrid>
            {grader === 'BGS' && (
              <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="sm">
                {subgradeNames.map((name) => (
                  <Select
                    key={name}
                    label={t(`cardvault.card.subgrades.${name}`)}
                    clearable
                    searchable
                    data={subgrades}
                    value={form.values.subgrades[name] || null}
                    error={form.errors[`subgrades.${name}`]}
                    onChange={(value) => form.setFieldValue(`subgrades.${name}`, value ?? '')}
                  />
                ))}
              </SimpleGrid>
            )}
            {form.errors.subgrades && (
              <Text size="sm" c="var(--mantine-color-error)">
                {form.errors.subgrades}
              </Text>
            )}
          </>
        ) : (
          <Select
            label={t('cardvault.card.condition')}
            description={t('cardvault.card.conditionHelp')}
            clearable
            searchable
            data={conditions}
            value={form.values.condition || null}
            error={form.errors.condition}
            onChange={(value) => form.setFieldValue('condition', value ?? '')}
          />
        )}
        <SimpleGrid cols={2} spacing="sm">
          <TextInput label={t('cardvault.card.serialNumber')} inputMode="numeric" {...field('serialNumber')} />
          <TextInput label={t('cardvault.card.serialLimit')} inputMode="numeric" {...field('serialLimit')} />
        </SimpleGrid>
      </Stack>
    </Fieldset>
  );
}

/** What the tenant says of its copy. */
function Holding({ form }: { form: UseFormReturnType<CardValues> }) {
  const { t } = useTranslation();
  const { collections, unread, readAgain } = useCollectionChoice();
  const field = form.getInputProps;
  const graded = isGrader(form.values.grader);
  return (
    <>
      <SimpleGrid cols={2} spacing="sm">
        <TextInput
          label={t('cardvault.card.quantity')}
          inputMode="numeric"
          disabled={graded}
          description={graded ? t('cardvault.card.quantityGraded') : undefined}
          {...field('quantity')}
          // What was typed stays for the raw card that it may become again.
          value={graded ? '1' : form.values.quantity}
        />
        <TextInput
          label={t('cardvault.card.cost')}
          inputMode="decimal"
          rightSection={
            <Text size="sm" c="dimmed">
              {form.values.currency}
            </Text>
          }
          rightSectionWidth={52}
          {...field('cost')}
          error={form.errors.cost ?? form.errors['cost.amount'] ?? form.errors['cost.currency']}
        />
      </SimpleGrid>
      <Select
        label={t('cardvault.card.collection')}
        placeholder={t('cardvault.card.noCollection')}
        clearable
        searchable
        data={collections.filter((one) => one.canEdit || one.id === form.values.collectionId).map(({ id, name }) => ({ value: id, label: name }))}
        value={form.values.collectionId || null}
        error={form.errors.collectionId ?? unread}
        onDropdownOpen={readAgain}
        onChange={(value) => form.setFieldValue('collectionId', value ?? '')}
      />
      <SimpleGrid cols={2} spacing="sm">
        <TextInput label={t('cardvault.card.location')} {...field('location')} />
        <TextInput label={t('cardvault.card.acquiredOn')} type="date" {...field('acquiredOn')} />
      </SimpleGrid>
      <TextInput label={t('cardvault.card.team')} {...field('team')} />
      <TagsInput label={t('cardvault.card.tags')} description={t('cardvault.card.tagsHelp')} {...field('tags')} />
      <Checkbox label={t('cardvault.card.insured')} {...form.getInputProps('insured', { type: 'checkbox' })} />
      <Textarea label={t('cardvault.card.notes')} autosize minRows={2} maxRows={8} {...field('notes')} />
    </>
  );
}
