import { Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Member } from '../api/types';
import { Dialog } from '../kit/Dialog';
import { OneTimeLink } from '../kit/OneTimeLink';
import { ProblemView } from '../kit/ProblemView';
import { useKeptLink } from '../kit/useKeptLink';
import { useTenant } from '../shell/tenant';
import { useRenewLink } from './members';

/** For an invitation whose link was lost or has ended. */
export function RenewLinkDialog({ member, onClose }: { member: Member | null; onClose: () => void }) {
  const { t } = useTranslation();
  const tenant = useTenant();
  const renew = useRenewLink(tenant.slug);
  const link = renew.data?.invitationLink;
  const { kept, give, forget } = useKeptLink(renew, link);
  const name = member?.name ?? renew.data?.name ?? '';
  const done = () => {
    give();
    onClose();
  };
  return (
    <Dialog opened={member !== null || kept} kept={kept} onClose={onClose} onClosed={forget} title={t('members.renew.title', { name })}>
      <Stack>
        {link ? <OneTimeLink name={name} link={link} /> : <Text size="sm">{t('members.renew.text', { name })}</Text>}
        {renew.error && <ProblemView error={renew.error} />}
        <Group justify="flex-end" gap="xs">
          {link ? (
            <Button onClick={done}>{t('members.add.linkGiven')}</Button>
          ) : (
            <>
              <Button variant="default" onClick={onClose} disabled={renew.isPending}>
                {t('common.cancel')}
              </Button>
              <Button loading={renew.isPending} onClick={() => member !== null && renew.mutate(member.id)}>
                {t('members.renew.action')}
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </Dialog>
  );
}
