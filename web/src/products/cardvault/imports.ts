import { got, tenantApi } from '../../api/client';
import { ProblemError, problemOf } from '../../api/problem';
import type { CardImportError } from '../../api/types';
import { loadProblemTexts } from '../../i18n';
import { useCardVaultChange } from './changes';

/** The server takes files up to these. */
export { maxFileSize, maxRows } from './rules.json';

/** What becomes of a row whose card is there already: it is wrong, or left out. */
export const duplicateWays = ['fail', 'skip'] as const;
export type OnDuplicate = (typeof duplicateWays)[number];

/** A chosen file, read at once: what is sent is what was checked, even when the file is changed on the disk meanwhile. */
export interface ChosenFile {
  name: string;
  content: Blob;
}

export async function choose(file: File): Promise<ChosenFile> {
  try {
    return { name: file.name, content: new Blob([await file.arrayBuffer()], { type: 'text/csv' }) };
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    await loadProblemTexts();
    // The browser's words for a file that was moved, or is a folder.
    throw new ProblemError({ type: 'urn:rowhouse:cardvault:unreadable-file', title: error.message, status: 400, detail: error.message });
  }
}

export function useImport(tenant: string) {
  const sendFile = async ({ file, dryRun, onDuplicate }: { file: ChosenFile; dryRun: boolean; onDuplicate: OnDuplicate }) => {
    try {
      return await got(
        tenantApi(tenant).POST('/api/cardvault/cards/import', {
          params: { query: { dryRun, onDuplicate } },
          // The document calls a body of bytes a string; the browser sends the bytes.
          body: file.content as unknown as string,
          bodySerializer: (content) => content,
          headers: { 'Content-Type': 'text/csv' },
        }),
      );
    } catch (error) {
      // A refused import names its rows in the problem, as a dry run does in its answer.
      const { report } = problemOf(error);
      if (report !== undefined) return report;
      throw error;
    }
  };
  // The server takes a tenant's files one at a time.
  return useCardVaultChange(tenant, sendFile, undefined, `import ${tenant}`);
}

/**
 * The rows' errors as a file, to mend the other one by. A cell must not become a formula in a spreadsheet, nor what stands in it
 * behind a semicolon, a tab or a line end, at which some spreadsheets begin a cell.
 */
export function errorFile(errors: CardImportError[], head: [string, string, string, string]): Blob {
  const cell = (value: string | number | null | undefined) => {
    const safe = String(value ?? '').replace(/(^|[;\t\r\n])(?=['"]*[=+\-@\t\r＝＋－＠])/g, "$1'");
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [head, ...errors.map(({ line, column, value, message }) => [line, column, value, message])];
  return new Blob(['\uFEFF', lines.map((line) => line.map(cell).join(',')).join('\r\n'), '\r\n'], { type: 'text/csv;charset=utf-8' });
}
