import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../../api/problem';
import type { Card } from '../../api/types';
import { Confirm } from '../../kit/Confirm';
import { Drawer } from '../../kit/Drawer';
import { Facts } from '../../kit/Facts';
import { Day, Money, useNumber, When } from '../../kit/Format';
import { ProblemView } from '../../kit/ProblemView';
import { toast } from '../../kit/toast';
import { Waiting } from '../../kit/Waiting';
import { useTenant } from '../../shell/tenant';
import { Attributes } from './Attributes';
import { cardQuery } from './cards';
import { gradeOf, serialOf } from './cardWords';
import { useDeleteCard } from './changes';
import { EditCard } from './EditCard';
import { subgradeNames } from './grading';
import { Warnings } from './Warnings';

interface CardDrawerProps {
  id: string | undefined;
  editing: boolean;
  onEdit: (on: boolean) => void;
  onClose: () => void;
  /** Resolves when the drawer is closed. */
  onDeleted: () => Promise<void>;
}

export function CardDrawer({ id, editing, onEdit, onClose, onDeleted }: CardDrawerProps) {
  const { t } = useTranslation();
  const tenant = useTenant();
  const card = useQuery({ ...cardQuery(tenant.slug, id ?? ''), enabled: id !== undefined });
  // The form stays once it is there, also when the right to change the card goes meanwhile: what was typed is lost only by leaving it.
  const [kept, setKept] = useState<string>();
  const wanted = editing && (card.data?.canEdit || id === kept) ? id : undefined;
  if (wanted !== kept) setKept(wanted);
  return (
    <Drawer opened={id !== undefined} onClose={onClose} title={card.data?.player ?? t('cardvault.card.title')} size={520}>
      {card.data && id === kept ? (
        <EditCard key={card.data.id} card={card.data} onDone={() => onEdit(false)} />
      ) : card.data && !isProblem(card.error, 404) ? (
        <Details card={card.data} onEdit={() => onEdit(true)} onDeleted={onDeleted} />
      ) : card.error ? (
        <ProblemView error={card.error} onRetry={() => void card.refetch()} />
      ) : (
        <Waiting />
      )}
    </Drawer>
  );
}

function Details({ card, onEdit, onDeleted }: { card: Card; onEdit: () => void; onDeleted: () => Promise<void> }) {
  const { t } = useTranslation();
  const number = useNumber();
  const { subgrades } = card;
  return (
    <Stack>
      <Group gap="xs">
        <Attributes codes={card.attributes} words />
        {card.canEdit && (
          <Group gap="xs" ml="auto">
            <Button variant="default" size="sm" leftSection={<IconPencil size={16} />} onClick={onEdit}>
              {t('common.edit')}
            </Button>
            <DeleteCard card={card} onDeleted={onDeleted} />
          </Group>
        )}
      </Group>
      <Warnings warnings={card.warnings} />
      <Facts
        facts={[
          [t('cardvault.card.cardNumber'), card.cardNumber],
          [t('cardvault.card.set'), card.set],
          [t('cardvault.card.year'), card.year],
          [t('cardvault.card.manufacturer'), card.manufacturer],
          [t('cardvault.card.team'), card.team],
          [card.grader ? t('cardvault.card.grade') : t('cardvault.card.condition'), gradeOf(card)],
          [t('cardvault.card.subgradesTitle'), subgrades && subgradeNames.map((name) => `${t(`cardvault.card.subgrades.${name}`)} ${subgrades[name]}`).join(' · ')],
          [t('cardvault.card.certificate'), card.certificate],
          [t('cardvault.card.serial'), serialOf(card)],
          [t('cardvault.card.quantity'), number(card.quantity)],
          [t('cardvault.card.cost'), card.cost && <Money key="cost" value={card.cost} />],
          [t('cardvault.card.acquiredOn'), card.acquiredOn && <Day key="acquired" value={card.acquiredOn} />],
          [t('cardvault.card.collection'), card.collectionName ?? t('cardvault.card.noCollection')],
          [t('cardvault.card.location'), card.location],
          [t('cardvault.card.insured'), card.insured ? t('common.yes') : t('common.no')],
          [
            t('cardvault.card.tags'),
            card.tags.length > 0 && (
              <Group key="tags" gap={4}>
                {card.tags.map((tag) => (
                  <Badge key={tag} variant="default" radius="sm" tt="none" fw={500}>
                    {tag}
                  </Badge>
                ))}
              </Group>
            ),
          ],
          [
            t('cardvault.card.notes'),
            card.notes && (
              <Text key="notes" size="sm" style={{ whiteSpace: 'pre-wrap' }}>
                {card.notes}
              </Text>
            ),
          ],
          [t('cardvault.card.createdAt'), <When key="created" at={card.createdAt} />],
          [t('cardvault.card.updatedAt'), <When key="updated" at={card.updatedAt} />],
        ]}
      />
    </Stack>
  );
}

function DeleteCard({ card, onDeleted }: { card: Card; onDeleted: () => Promise<void> }) {
  const { t } = useTranslation();
  const tenant = useTenant();
  const [asking, { open, close }] = useDisclosure();
  const queries = useQueryClient();
  const remove = useDeleteCard(tenant.slug);
  return (
    <>
      <Button
        variant="default"
        size="sm"
        leftSection={<IconTrash size={16} />}
        onClick={() => {
          remove.reset();
          open();
        }}
      >
        {t('common.delete')}
      </Button>
      <Confirm
        opened={asking}
        title={t('cardvault.remove.title', { player: card.player })}
        action={t('common.delete')}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          remove.mutate(card, {
            onSuccess: async () => {
              toast(t('cardvault.remove.done', { player: card.player }));
              await onDeleted();
              // What was kept of it would show it once more to whoever goes back.
              queries.removeQueries(cardQuery(tenant.slug, card.id));
            },
          })
        }
        onClose={close}
      >
        <Text size="sm">{t('cardvault.remove.text', { count: card.quantity, collection: card.collectionName ?? t('cardvault.card.noCollection') })}</Text>
      </Confirm>
    </>
  );
}
