type Cell = string | number | boolean | null | undefined;

/**
 * Text that a spreadsheet would read as a formula (it begins with =, +, -, @, their full-width forms, a tab or a line end), or that
 * looks like one that was escaped before.
 */
const formula = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const escapedFormula = /^'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/**
 * Format rows as comma-separated values (RFC 4180); null and undefined become empty cells.
 *
 * Text that a spreadsheet would run as a formula gets a leading apostrophe, which marks plain text in spreadsheets;
 * {@link parseCsv} removes it again. Numbers stay numbers, negative ones, too.
 *
 * ```ts
 * csv([['class', 'count'], ['=1+1', -2]]); // "class,count\n'=1+1,-2\n"
 * ```
 */
export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\n`).join('');
}

function cell(value: Cell): string {
  const text = String(value ?? '');
  const safe = typeof value === 'string' && formula.test(text) ? `'${text}` : text;
  return /[",\n\r\u0085\u2028\u2029]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Limits for untrusted text: cells and rows beyond them are not stored. */
export interface CsvBounds {
  /** cells of a row; default: all */
  columns?: number;
  /** rows; default: all */
  rows?: number;
}

/**
 * Parse comma-separated values as {@link csv} writes them (RFC 4180). Rows may differ in their number of cells, and the last row
 * may lack its line end.
 *
 * @throws {Error} with the row number when a quote is not closed, or is closed within a cell
 */
export function parseCsv(text: string, { columns = Infinity, rows: most = Infinity }: CsvBounds = {}): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = text.startsWith('\ufeff') ? 1 : 0; // Excel writes a byte order mark
  while (rows.length < most && (at < text.length || row.length > 0)) {
    const quoted = text[at] === '"';
    const end = quoted ? closingQuote(text, at, rows.length) + 1 : endOfPlain(text, at);
    const content = quoted ? text.slice(at + 1, end - 1).replaceAll('""', '"') : text.slice(at, end);
    if (row.length < columns) row.push(escapedFormula.test(content) ? content.slice(1) : content);
    at = end;
    if (text[at] === ',') {
      at++;
      continue;
    }
    if (at < text.length && text[at] !== '\n' && text[at] !== '\r') {
      throw new Error(`row ${rows.length + 1} has '${text.slice(at, at + 20)}' after a closing quote`);
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    rows.push(row);
    row = [];
  }
  return rows;
}

function closingQuote(text: string, open: number, row: number): number {
  for (let at = open + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) throw new Error(`row ${row + 1} has a quote that is never closed`);
    if (text[at + 1] !== '"') return at;
  }
}

function endOfPlain(text: string, from: number): number {
  const found = /[,\r\n]/g;
  found.lastIndex = from;
  return found.exec(text)?.index ?? text.length;
}
