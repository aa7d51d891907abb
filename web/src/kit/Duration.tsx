import { useManner } from './Format';

/** How long something took, in the two units that tell it: 0.4s, 12s, 3m 5s, 2h 10m. */
export function duration(from: Date, to: Date, locale: string): string {
  const seconds = Math.max(0, to.getTime() - from.getTime()) / 1000;
  const write = (value: number, unit: string, digits = 0) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow', maximumFractionDigits: digits }).format(value);
  if (seconds < 9.95) return write(seconds, 'second', 1);
  const whole = Math.round(seconds);
  if (whole < 60) return write(whole, 'second');
  const [large, small, size] = whole < 3600 ? (['minute', 'second', 60] as const) : (['hour', 'minute', 3600] as const);
  const rest = Math.floor((whole % size) / (size / 60));
  return [write(Math.floor(whole / size), large), rest > 0 && write(rest, small)].filter(Boolean).join(' ');
}

export function Duration({ from, to }: { from: string; to: string }) {
  const { locale } = useManner();
  return <span>{duration(new Date(from), new Date(to), locale)}</span>;
}
