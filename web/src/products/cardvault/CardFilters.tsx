import { Button, Checkbox, Group, Popover, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconFilter } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCollectionChoice } from './collections';
import { isYear, type CardFilter } from './filter';
import { conditions, graders, isGrader, ladders } from './grading';

/** What stands behind the button; the words are beside it. */
const behind = ['collectionId', 'grader', 'grade', 'condition', 'year', 'team', 'manufacturer', 'set', 'location', 'tag', 'insured', 'mine'] as const;

interface CardFiltersProps {
  filter: CardFilter;
  onChange: (filter: CardFilter) => void;
}

export function CardFilters({ filter, onChange }: CardFiltersProps) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const active = behind.filter((name) => filter[name] !== undefined).length;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" shadow="md" width={340} trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconFilter size={16} />} onClick={() => setOpened((open) => !open)}>
          {active === 0 ? t('cardvault.filter.open') : t('cardvault.filter.active', { count: active })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('cardvault.filter.open')}>
        <Fields
          filter={filter}
          onApply={(next) => {
            setOpened(false);
            onChange(next);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function Fields({ filter, onApply }: { filter: CardFilter; onApply: (filter: CardFilter) => void }) {
  const { t } = useTranslation();
  const { collections, unread, readAgain } = useCollectionChoice();
  const none = Object.fromEntries(behind.map((name) => [name, undefined])) as CardFilter;
  const form = useForm<CardFilter>({
    initialValues: { ...none, ...filter },
    validate: { year: (value) => (value === undefined || isYear(value) ? null : t('cardvault.filter.yearFormat')) },
  });
  const choice = (name: keyof CardFilter) => ({
    clearable: true,
    value: form.values[name] ?? null,
    onChange: (value: string | null) => form.setFieldValue(name, value ?? undefined),
    // Inside another layer: else a choice made in the list would count as a click outside.
    comboboxProps: { withinPortal: false },
  });
  const words = (name: keyof CardFilter) => ({
    value: form.values[name] ?? '',
    onChange: (event: { currentTarget: { value: string } }) => form.setFieldValue(name, event.currentTarget.value.trimStart() || undefined),
  });
  const tick = (name: keyof CardFilter) => ({
    checked: form.values[name] === 'true',
    onChange: (event: { currentTarget: { checked: boolean } }) => form.setFieldValue(name, event.currentTarget.checked ? 'true' : undefined),
  });
  const { grader } = form.values;

  return (
    <form onSubmit={form.onSubmit(onApply)}>
      <Stack gap="xs">
        <Select
          size="sm"
          label={t('cardvault.card.collection')}
          searchable
          openOnFocus={false}
          data={[{ value: 'none', label: t('cardvault.card.noCollection') }, ...collections.map(({ id, name }) => ({ value: id, label: name }))]}
          {...choice('collectionId')}
          error={unread}
          onDropdownOpen={readAgain}
        />
        <Group gap="xs" grow>
          <Select
            size="sm"
            label={t('cardvault.card.grader')}
            data={[{ value: 'none', label: t('cardvault.card.raw') }, ...graders.map((name) => ({ value: name, label: name }))]}
            {...choice('grader')}
            // Grade and condition are offered by what the grader is: the other must not narrow the list unseen.
            onChange={(value) => form.setValues({ grader: value ?? undefined, grade: undefined, condition: undefined })}
          />
          {isGrader(grader) ? (
            <Select size="sm" label={t('cardvault.card.grade')} data={ladders[grader].map((grade) => grade.text)} {...choice('grade')} />
          ) : (
            <Select size="sm" label={t('cardvault.card.condition')} data={conditions} {...choice('condition')} />
          )}
        </Group>
        <Group gap="xs" grow>
          <TextInput size="sm" label={t('cardvault.card.year')} inputMode="numeric" {...words('year')} error={form.errors.year} />
          <TextInput size="sm" label={t('cardvault.card.tag')} {...words('tag')} />
        </Group>
        <Group gap="xs" grow>
          <TextInput size="sm" label={t('cardvault.card.team')} {...words('team')} />
          <TextInput size="sm" label={t('cardvault.card.location')} {...words('location')} />
        </Group>
        <Group gap="xs" grow>
          <TextInput size="sm" label={t('cardvault.card.manufacturer')} {...words('manufacturer')} />
          <TextInput size="sm" label={t('cardvault.card.set')} {...words('set')} />
        </Group>
        <Group gap="lg" mt={4}>
          <Checkbox size="sm" label={t('cardvault.card.insured')} {...tick('insured')} />
          <Checkbox size="sm" label={t('cardvault.filter.mine')} {...tick('mine')} />
        </Group>
        <Group justify="space-between" mt={4}>
          <Button variant="subtle" color="gray" size="sm" onClick={() => onApply(none)}>
            {t('common.clearFilters')}
          </Button>
          <Button type="submit" size="sm">
            {t('cardvault.filter.apply')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
