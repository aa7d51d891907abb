import type { Card, CardRequest } from '../../api/types';
import type { ChangedField } from './cardForm';
import { Day, Money } from '../../kit/Format';
import type { ReactNode } from 'react';

/** The grade of a graded card, the condition of a raw one. */
export function gradeOf(card: Card): string | null {
  return card.grader ? `${card.grader} ${card.grade ?? ''}`.trim() : (card.condition ?? null);
}

export function serialOf(card: Card): string | null {
  if (card.serialNumber == null && card.serialLimit == null) return null;
  return `${card.serialNumber ?? '?'} / ${card.serialLimit ?? '?'}`;
}

/** What the form calls its fields. */
export const fieldNames = {
  cardNumber: 'cardvault.card.cardNumber',
  player: 'cardvault.card.player',
  team: 'cardvault.card.team',
  manufacturer: 'cardvault.card.manufacturer',
  set: 'cardvault.card.set',
  year: 'cardvault.card.year',
  condition: 'cardvault.card.condition',
  grader: 'cardvault.card.grader',
  grade: 'cardvault.card.grade',
  subgrades: 'cardvault.card.subgradesTitle',
  certificate: 'cardvault.card.certificate',
  serialNumber: 'cardvault.card.serialNumber',
  serialLimit: 'cardvault.card.printRun',
  quantity: 'cardvault.card.quantity',
  cost: 'cardvault.card.cost',
  acquiredOn: 'cardvault.card.acquiredOn',
  location: 'cardvault.card.location',
  insured: 'cardvault.card.insured',
  tags: 'cardvault.card.tags',
  notes: 'cardvault.card.notes',
  collectionId: 'cardvault.card.collection',
} as const satisfies Record<ChangedField, string>;

/** A field's value for reading, whatever its kind. */
export function shown(
  field: keyof CardRequest,
  value: CardRequest[keyof CardRequest],
  words: { none: string; yes: string; no: string; collection: (id: string) => string },
): ReactNode {
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return words.none;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (Array.isArray(value)) return value.join(', ');
  if (field === 'cost') return <Money value={value as NonNullable<CardRequest['cost']>} />;
  if (field === 'acquiredOn') return <Day value={value as string} />;
  if (field === 'collectionId') return words.collection(value as string);
  if (typeof value === 'object') return Object.values(value).join(' / ');
  return String(value);
}
