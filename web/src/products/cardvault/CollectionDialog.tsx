import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { Collection } from '../../api/types';
import { Dialog } from '../../kit/Dialog';
import { focusInvalid, showRefusal } from '../../kit/formErrors';
import { ProblemView } from '../../kit/ProblemView';
import { toast } from '../../kit/toast';
import { useTenant } from '../../shell/tenant';
import { useAddCollection, useRenameCollection } from './collections';

interface CollectionDialogProps {
  opened: boolean;
  /** The collection to rename; none to make a new one. */
  collection?: Collection;
  onClose: () => void;
}

export function CollectionDialog({ opened, collection, onClose }: CollectionDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog opened={opened} onClose={onClose} title={collection ? t('cardvault.collections.renameTitle') : t('cardvault.collections.createTitle')}>
      <CollectionForm collection={collection} onClose={onClose} />
    </Dialog>
  );
}

function CollectionForm({ collection, onClose }: Omit<CollectionDialogProps, 'opened'>) {
  const { t } = useTranslation();
  const tenant = useTenant();
  const add = useAddCollection(tenant.slug);
  const rename = useRenameCollection(tenant.slug);
  const error = add.error ?? rename.error;
  const form = useForm({
    initialValues: { name: collection?.name ?? '' },
    validate: { name: (value) => (value.trim() === '' ? t('common.required') : null) },
  });
  const done = {
    onSuccess: ({ name }: Collection) => {
      toast(collection ? t('cardvault.collections.renamed', { name }) : t('cardvault.collections.made', { name }));
      onClose();
    },
    onError: (failure: unknown) => showRefusal(form, failure),
  };
  const submit = form.onSubmit(({ name }) => (collection ? rename.mutate({ collection, name: name.trim() }, done) : add.mutate(name.trim(), done)), focusInvalid);
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput label={t('cardvault.collections.name')} withAsterisk maxLength={120} data-autofocus {...form.getInputProps('name')} />
        {error && <ProblemView error={error} within={form.values} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending || rename.isPending}>
            {collection ? t('common.rename') : t('cardvault.collections.createAction')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
