import { useTranslation } from 'react-i18next';
import { Dialog } from '../kit/Dialog';
import { ProblemView } from '../kit/ProblemView';

/** Whoever believes to be signed out leaves the machine: that it failed must not be overlooked. */
export function SignOutFailed({ error, onRetry, onClose }: { error: unknown; onRetry: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog opened title={t('shell.signOut')} onClose={onClose}>
      <ProblemView error={error} onRetry={onRetry} />
    </Dialog>
  );
}
