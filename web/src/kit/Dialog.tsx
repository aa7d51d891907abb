import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useEscape } from './useEscape';
import { useFocusBack } from './useFocusBack';

interface DialogProps {
  opened: boolean;
  title: string;
  onClose: () => void;
  /** After it has left the page: until then what it shows is still seen. */
  onClosed?: () => void;
  /** What it shows would be lost for good: only its own buttons close it. */
  kept?: boolean;
  children: ReactNode;
}

export function Dialog({ opened, title, onClose, onClosed, kept = false, children }: DialogProps) {
  const { t } = useTranslation();
  useEscape(opened, () => !kept && onClose());
  useFocusBack(opened);
  return (
    <Modal
      // The dialog's head is no second banner of the page.
      attributes={{ header: { role: 'presentation' } }}
      opened={opened}
      onClose={onClose}
      onExitTransitionEnd={onClosed}
      title={title}
      centered
      closeOnEscape={false}
      returnFocus={false}
      closeOnClickOutside={!kept}
      withCloseButton={!kept}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {children}
    </Modal>
  );
}
