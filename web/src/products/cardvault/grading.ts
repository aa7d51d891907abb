import { conditions, ladders as ofGraders, subgrades } from './rules.json';

/** A grade as people write it, and as the grader prints it. */
export interface Grade {
  text: string;
  label: string;
}

export type Grader = keyof typeof ofGraders;

/** The grades that each grader gives, the best first. The server refuses any other; PSA has no 9.5. */
export const ladders: Record<Grader, Grade[]> = ofGraders;
export const graders = Object.keys(ladders) as Grader[];

export function isGrader(text: string | null | undefined): text is Grader {
  return text != null && text in ladders;
}

/** The conditions of ungraded cards are PSA's labels, without the one that only a grader can give; subgrades are BGS's. */
export { conditions, subgrades };
export const subgradeNames = ['centering', 'corners', 'edges', 'surface'] as const;
