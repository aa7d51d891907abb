import 'i18next';
import type en from './en';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'console';
    nsSeparator: false;
    resources: { console: typeof en };
  }
}
