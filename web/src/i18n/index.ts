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

/** What the server's problems are called. They are many and seldom seen, so they come with the first of them; without them its own title is shown. */
export async function loadProblemTexts(): Promise<void> {
  try {
    const texts = import('./en/problems.json').then(({ default: problems }) => {
      addTexts({ problems });
    });
    // A server that answers with failures alone must not keep one from being shown.
    await Promise.race([texts, new Promise((over) => setTimeout(over, 1000))]);
  } catch {
    // Not there, or the way to the server is cut: the problem itself says enough.
  }
}

/** Adds the texts of a part that is fetched when it is first shown: those of the pages count for the first show of each. */
export function addTexts(texts: object) {
  i18next.addResourceBundle('en', 'console', texts, true);
}

/** A text whose name is only known at run time (a problem's type, a role), or undefined where there is none. */
export function lookUp(area: string, name: string): string | undefined {
  const key = `${area}.${name}`;
  // The typed function takes only keys that are known while compiling.
  return i18next.exists(key) ? (i18next.t as (key: string) => string)(key) : undefined;
}

export { i18next };
