import 'i18next';
import type en from './en';
import type operations from './en/operations.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'console';
    nsSeparator: false;
    resources: { console: typeof en & { operations: typeof operations } };
  }
}
