import { only } from '../../kit/searchParams';

/** What a list of cards can be narrowed by: the API's own names, which are also those of the address. */
export const filterNames = [
  'q',
  'player',
  'team',
  'manufacturer',
  'set',
  'location',
  'year',
  'condition',
  'grader',
  'grade',
  'tag',
  'collectionId',
  'insured',
  'mine',
] as const;
export type CardFilter = { [name in (typeof filterNames)[number]]?: string };

export const isYear = (text: string) => /^\d{1,4}$/.test(text);

/** What an address narrows the list by; a year that is none would count and narrow nothing. */
export function filterOf(search: Record<string, unknown>): CardFilter {
  const { year, ...others } = only(...filterNames)(search);
  return year !== undefined && isYear(year) ? { ...others, year } : others;
}

/** The filter as the API takes it; what an address has that is no number or no truth is left out there. */
export function typedFilter({ year, insured, mine, ...texts }: CardFilter) {
  return {
    ...texts,
    year: year !== undefined && isYear(year) ? Number(year) : undefined,
    insured: insured === undefined ? undefined : insured === 'true',
    mine: mine === undefined ? undefined : mine === 'true',
  };
}
