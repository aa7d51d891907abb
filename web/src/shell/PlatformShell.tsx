import { useTranslation } from 'react-i18next';
import { Frame } from './Frame';
import { platformPlaces } from './navigation';
import { TenantSwitcher } from './TenantSwitcher';

/** The pages of those who run the installation, in another tint than any tenant's. */
export function PlatformShell() {
  const { t } = useTranslation();
  return (
    <Frame platform base="/platform" sections={[{ title: t('shell.platform'), places: platformPlaces }]} switcher={<TenantSwitcher current={t('shell.platform')} />} />
  );
}
