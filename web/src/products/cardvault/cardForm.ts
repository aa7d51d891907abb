import type { Card, CardRequest } from '../../api/types';
import { isGrader, subgradeNames } from './grading';

/** A card as a form holds it: text in every field, so that what was typed stays as it was typed. */
export interface CardValues {
  cardNumber: string;
  player: string;
  team: string;
  manufacturer: string;
  set: string;
  year: string;
  variationId: string;
  /** Empty for a raw card. */
  grader: string;
  grade: string;
  condition: string;
  subgrades: { centering: string; corners: string; edges: string; surface: string };
  certificate: string;
  serialNumber: string;
  serialLimit: string;
  quantity: string;
  cost: string;
  currency: string;
  acquiredOn: string;
  location: string;
  insured: boolean;
  tags: string[];
  notes: string;
  collectionId: string;
}

export function emptyCard(currency: string): CardValues {
  return {
    cardNumber: '', player: '', team: '', manufacturer: '', set: '', year: '', variationId: '', grader: '', grade: '', condition: '',
    subgrades: { centering: '', corners: '', edges: '', surface: '' },
    certificate: '', serialNumber: '', serialLimit: '', quantity: '1', cost: '', currency, acquiredOn: '', location: '', insured: false, tags: [], notes: '', collectionId: '',
  };
}

export function valuesOf(card: Card, currency: string): CardValues {
  return {
    cardNumber: card.cardNumber ?? '',
    player: card.player,
    team: card.team ?? '',
    manufacturer: card.manufacturer ?? '',
    set: card.set ?? '',
    year: card.year?.toString() ?? '',
    variationId: card.variationId ?? '',
    grader: card.grader ?? '',
    grade: card.grade ?? '',
    condition: card.condition ?? '',
    subgrades: { ...emptyCard(currency).subgrades, ...card.subgrades },
    certificate: card.certificate ?? '',
    serialNumber: card.serialNumber?.toString() ?? '',
    serialLimit: card.serialLimit?.toString() ?? '',
    quantity: card.quantity.toString(),
    cost: card.cost?.amount ?? '',
    currency: card.cost?.currency ?? currency,
    acquiredOn: card.acquiredOn ?? '',
    location: card.location ?? '',
    insured: card.insured,
    tags: card.tags,
    notes: card.notes ?? '',
    collectionId: card.collectionId ?? '',
  };
}

const text = (value: string) => value.trim() || null;
const whole = (value: string) => (value.trim() === '' ? null : Number(value));

/** The whole card as it is to be. What a checklist says of a card is not sent again. */
export function requestOf(values: CardValues, checklistCardId: string | null): CardRequest {
  const graded = isGrader(values.grader);
  const facts: CardRequest =
    checklistCardId === null
      ? { cardNumber: text(values.cardNumber), player: text(values.player), manufacturer: text(values.manufacturer), set: text(values.set), year: whole(values.year) }
      : { checklistCardId, variationId: text(values.variationId) };
  const hasSubgrades = values.grader === 'BGS' && subgradeNames.some((name) => values.subgrades[name] !== '');
  return {
    ...facts,
    team: text(values.team),
    condition: graded ? null : text(values.condition),
    grader: graded ? values.grader : null,
    grade: graded ? text(values.grade) : null,
    subgrades: hasSubgrades ? values.subgrades : null,
    certificate: graded ? text(values.certificate) : null,
    serialNumber: whole(values.serialNumber),
    serialLimit: whole(values.serialLimit),
    quantity: graded ? 1 : (whole(values.quantity) ?? 1),
    // People write decimals with a comma as well; the API takes a point.
    cost: values.cost.trim() === '' ? null : { amount: values.cost.trim().replace(',', '.'), currency: values.currency },
    acquiredOn: text(values.acquiredOn),
    location: text(values.location),
    insured: values.insured,
    tags: values.tags,
    notes: text(values.notes),
    collectionId: text(values.collectionId),
  };
}

type Field = keyof CardRequest;
const same = (one: unknown, other: unknown) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** Only what differs: so a change does not take back what somebody else changed in other fields. */
export function changes(before: CardRequest, after: CardRequest): CardRequest {
  return Object.fromEntries((Object.keys(after) as Field[]).filter((field) => !same(before[field], after[field])).map((field) => [field, after[field] ?? null]));
}

/** What a form changes: which card of a checklist it is stays as it was. */
export type ChangedField = Exclude<Field, 'checklistCardId' | 'variationId'>;

export interface Difference {
  field: ChangedField;
  theirs: CardRequest[ChangedField];
  mine: CardRequest[ChangedField];
}

/** Where a person's version and the one that came between are not alike. */
export function differences(theirs: CardRequest, mine: CardRequest): Difference[] {
  return (Object.keys(mine) as ChangedField[]).filter((field) => !same(theirs[field], mine[field])).map((field) => ({ field, theirs: theirs[field], mine: mine[field] }));
}
