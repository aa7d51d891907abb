import { IconSearchOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { CatalogueCard } from '../../api/types';
import { Drawer } from '../../kit/Drawer';
import { EmptyPage } from '../../kit/EmptyPage';
import { Waiting } from '../../kit/Waiting';
import { AddCard } from './AddCard';

interface AddFromHitProps {
  card: CatalogueCard | undefined;
  /** Whether hits are on their way, the card perhaps among them. */
  waiting: boolean;
  opened: boolean;
  onClose: () => void;
}

export function AddFromHit({ card, waiting, opened, onClose }: AddFromHitProps) {
  const { t } = useTranslation();
  return (
    <Drawer opened={opened} onClose={onClose} title={t('cardvault.add.title')} size={520}>
      {card ? (
        <AddCard key={card.id} of={card} onClose={onClose} />
      ) : waiting ? (
        <Waiting />
      ) : (
        <EmptyPage icon={IconSearchOff} title={t('cardvault.search.notAmongTitle')}>
          {t('cardvault.search.notAmongText')}
        </EmptyPage>
      )}
    </Drawer>
  );
}
