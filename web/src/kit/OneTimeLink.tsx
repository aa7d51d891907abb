import { Alert, Button, CopyButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconCheck, IconCopy, IconKey } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** A link that is shown this once: whoever gets it sets the person's first password. */
export function OneTimeLink({ name, link }: { name: string; link: string }) {
  const { t } = useTranslation();
  const whole = new URL(link, window.location.origin).toString();
  return (
    <Alert color="blue" variant="light" icon={<IconKey size={18} />} title={t('members.linkTitle', { name })}>
      <Stack gap="xs">
        <Text size="sm">{t('members.linkText')}</Text>
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <TextInput value={whole} readOnly flex={1} aria-label={t('members.linkLabel')} onFocus={(event) => event.currentTarget.select()} />
          <CopyButton value={whole}>
            {({ copied, copy }) => (
              <Button onClick={copy} leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}>
                {copied ? t('common.copied') : t('common.copy')}
              </Button>
            )}
          </CopyButton>
        </Group>
      </Stack>
    </Alert>
  );
}
