import { createContext, use, useMemo, type ReactNode } from 'react';
import type { Money as Amount } from '../api/types';

interface Manner {
  locale: string;
  timeZone: string;
  currency: string;
}

const browser: Manner = { locale: navigator.language, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, currency: 'USD' };
const MannerContext = createContext<Manner>(browser);

/** Money, numbers and dates below are written as the tenant writes them. */
export function FormatProvider({ locale, timeZone, currency, children }: Manner & { children: ReactNode }) {
  const manner = useMemo(() => ({ locale, timeZone, currency }), [locale, timeZone, currency]);
  return <MannerContext value={manner}>{children}</MannerContext>;
}

export function useManner(): Manner {
  return use(MannerContext);
}

export function useNumber(): (value: number) => string {
  const { locale } = useManner();
  return useMemo(() => {
    const format = new Intl.NumberFormat(locale);
    return (value) => format.format(value);
  }, [locale]);
}

export function Money({ value }: { value: Amount }) {
  const { locale } = useManner();
  const digits = value.amount.split('.')[1]?.length ?? 0;
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency: value.currency, maximumFractionDigits: Math.max(digits, 2) });
  // Given as text, Intl keeps every digit of a decimal; a double would not.
  return <span>{format.format(value.amount as Intl.StringNumericLiteral)}</span>;
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

export function relative(at: Date, now: Date, locale: string): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  for (const [unit, size] of steps) {
    // In figures: words such as "yesterday" name a day of the calendar, which hours alone do not tell.
    if (Math.abs(seconds) >= size) return new Intl.RelativeTimeFormat(locale).format(Math.trunc(seconds / size), unit);
  }
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'second');
}

function useExact(at: string): string {
  const { locale, timeZone } = useManner();
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long', timeZone }).format(new Date(at));
}

/** A time that something ends at: exact, in the tenant's time zone. */
export function Until({ at }: { at: string }) {
  return <time dateTime={at}>{useExact(at)}</time>;
}

/** How long ago; the tooltip has the exact time in the tenant's time zone. */
export function When({ at }: { at: string }) {
  const { locale } = useManner();
  const date = new Date(at);
  const exact = useExact(at);
  return (
    <time dateTime={at} title={exact}>
      {relative(date, new Date(), locale)}
    </time>
  );
}

/** A calendar day such as 2026-11-21, which has no time zone. */
export function Day({ value }: { value: string }) {
  const { locale } = useManner();
  return <time dateTime={value}>{new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${value}T00:00:00Z`))}</time>;
}
