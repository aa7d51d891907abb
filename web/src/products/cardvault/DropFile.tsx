import { FileButton, Button, Stack, Text } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useRef, useState, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './DropFile.module.css';

interface DropFileProps {
  name: string | undefined;
  busy: boolean;
  onFile: (file: File) => void;
}

export function DropFile({ name, busy, onFile }: DropFileProps) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const forget = useRef<() => void>(null);
  const drag = (event: DragEvent, on: boolean) => {
    event.preventDefault();
    setOver(on);
  };
  return (
    <div
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={(event) => {
        drag(event, false);
        const file = event.dataTransfer.files[0];
        if (file && !busy) onFile(file);
      }}
    >
      <Stack align="center" gap="xs">
        <IconFileImport size={28} stroke={1.5} aria-hidden />
        <Text fw={550}>{name ?? t('cardvault.import.drop')}</Text>
        <FileButton
          accept=".csv,.tsv,.txt,text/csv"
          resetRef={forget}
          onChange={(file) => {
            // A field that still holds the file would not notice when it is chosen again, mended.
            forget.current?.();
            if (file) onFile(file);
          }}
          inputProps={{ 'aria-label': t('cardvault.import.choose') }}
        >
          {(props) => (
            <Button {...props} variant={name ? 'default' : 'filled'} loading={busy}>
              {name ? t('cardvault.import.chooseOther') : t('cardvault.import.choose')}
            </Button>
          )}
        </FileButton>
      </Stack>
    </div>
  );
}
