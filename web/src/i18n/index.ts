import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en';

void i18next.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  defaultNS: 'console',
  // A problem's type is a URN: colons are part of a name here.
  nsSeparator: false,
  resources: { en: { console: en } },
  interpolation: { escapeValue: false },
  returnNull: false,
});

/** A text whose name is only known at run time (a problem's type, a role), or undefined where there is none. */
export function lookUp(area: string, name: string): string | undefined {
  const key = `${area}.${name}`;
  // The typed function takes only keys that are known while compiling.
  return i18next.exists(key) ? (i18next.t as (key: string) => string)(key) : undefined;
}

export { i18next };
