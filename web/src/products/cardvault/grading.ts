/** A grade as people write it, and as the grader prints it. */
export interface Grade {
  text: string;
  label: string;
}

const ladder = (...grades: [text: string, label: string][]): Grade[] => grades.map(([text, label]) => ({ text, label }));

/** The grades that each grader gives, the best first. The server refuses any other; PSA has no 9.5. */
export const ladders = {
  PSA: ladder(
    ['10', 'GEM-MT'], ['9', 'MINT'], ['8.5', 'NM-MT+'], ['8', 'NM-MT'], ['7.5', 'NM+'], ['7', 'NM'], ['6.5', 'EX-MT+'], ['6', 'EX-MT'], ['5.5', 'EX+'], ['5', 'EX'],
    ['4.5', 'VG-EX+'], ['4', 'VG-EX'], ['3.5', 'VG+'], ['3', 'VG'], ['2.5', 'GOOD+'], ['2', 'GOOD'], ['1.5', 'FR'], ['1', 'PR'], ['A', 'AUTH'],
  ),
  BGS: ladder(
    ['10B', 'BLACK LABEL'], ['10', 'PRISTINE'], ['9.5', 'GEM MINT'], ['9', 'MINT'], ['8.5', 'NEAR MINT-MINT+'], ['8', 'NEAR MINT-MINT'], ['7.5', 'NEAR MINT+'], ['7', 'NEAR MINT'],
    ['6.5', 'EXCELLENT-MINT+'], ['6', 'EXCELLENT-MINT'], ['5.5', 'EXCELLENT+'], ['5', 'EXCELLENT'], ['4.5', 'VERY GOOD-EXCELLENT+'], ['4', 'VERY GOOD-EXCELLENT'],
    ['3.5', 'VERY GOOD+'], ['3', 'VERY GOOD'], ['2.5', 'GOOD+'], ['2', 'GOOD'], ['1.5', 'FAIR'], ['1', 'POOR'],
  ),
  SGC: ladder(
    ['10P', 'PRISTINE'], ['10', 'GEM MINT'], ['9.5', 'MINT+'], ['9', 'MINT'], ['8.5', 'NM/MT+'], ['8', 'NM/MT'], ['7.5', 'NM+'], ['7', 'NM'], ['6.5', 'EX/NM+'], ['6', 'EX/NM'],
    ['5.5', 'EX+'], ['5', 'EX'], ['4.5', 'VG/EX+'], ['4', 'VG/EX'], ['3.5', 'VG+'], ['3', 'VG'], ['2.5', 'GD+'], ['2', 'GD'], ['1.5', 'FR'], ['1', 'PR'], ['A', 'AUTH'],
  ),
} as const satisfies Record<string, Grade[]>;

export type Grader = keyof typeof ladders;
export const graders = Object.keys(ladders) as Grader[];

export function isGrader(text: string | null | undefined): text is Grader {
  return text != null && text in ladders;
}

/** The conditions of ungraded cards: PSA's labels, without the one that only a grader can give. */
export const conditions = ladders.PSA.filter((grade) => grade.text !== 'A').map((grade) => grade.label);

/** BGS's subgrades: from 10 to 1 in halves. */
export const subgrades = Array.from({ length: 19 }, (_, half) => String(10 - half / 2));
export const subgradeNames = ['centering', 'corners', 'edges', 'surface'] as const;
