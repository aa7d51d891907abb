import { useBlocker } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Confirm } from './Confirm';

/** Asks before typed words are thrown away: by a link, by back, or by closing the tab. */
export function UnsavedGuard({ when }: { when: () => boolean }) {
  const { t } = useTranslation();
  const blocker = useBlocker({ shouldBlockFn: when, enableBeforeUnload: when, withResolver: true });
  return (
    <Confirm
      opened={blocker.status === 'blocked'}
      title={t('common.unsavedTitle')}
      action={t('common.discard')}
      onConfirm={() => blocker.proceed?.()}
      onClose={() => blocker.reset?.()}
    >
      {t('common.unsavedText')}
    </Confirm>
  );
}
