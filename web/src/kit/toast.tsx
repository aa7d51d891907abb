import { IconCheck } from '@tabler/icons-react';
import { i18next } from '../i18n';

/** Says in a few words that something worked. Failures stand where they happened instead. */
export function toast(message: string) {
  void import('@mantine/notifications').then(({ notifications }) =>
    notifications.show({
      message,
      color: 'green',
      icon: <IconCheck size={16} />,
      autoClose: 4000,
      closeButtonProps: { 'aria-label': i18next.t('common.close') },
      withBorder: true,
    }),
  );
}
