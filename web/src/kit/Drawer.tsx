import { Drawer as MantineDrawer } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useEscape } from './useEscape';
import { useIsPhone } from './useIsPhone';

interface DrawerProps {
  opened: boolean;
  title: ReactNode;
  onClose: () => void;
  /** After it has left the page: until then what it shows is still seen. */
  onClosed?: () => void;
  /** What it shows would be lost for good: only its own buttons close it. */
  kept?: boolean;
  size?: number;
  children: ReactNode;
}

export function Drawer({ opened, title, onClose, onClosed, kept = false, size = 480, children }: DrawerProps) {
  const { t } = useTranslation();
  const phone = useIsPhone();
  useEscape(opened, () => !kept && onClose());
  return (
    <MantineDrawer
      opened={opened}
      onClose={onClose}
      onExitTransitionEnd={onClosed}
      closeOnEscape={false}
      closeOnClickOutside={!kept}
      withCloseButton={!kept}
      title={title}
      position="right"
      size={phone ? '100%' : size}
      closeButtonProps={{ 'aria-label': t('common.close'), size: 'lg' }}
      // The panel's head is no second banner of the page.
      attributes={{ header: { role: 'presentation' } }}
      overlayProps={{ backgroundOpacity: 0.2 }}
      styles={{ title: { fontWeight: 600, minWidth: 0 } }}
      removeScrollProps={{ allowPinchZoom: true }}
    >
      {children}
    </MantineDrawer>
  );
}
