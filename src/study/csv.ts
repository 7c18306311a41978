type Cell = string | number | boolean | null | undefined;

/** Lines of comma-separated values (RFC 4180); nothing for null and undefined. */
export function csv(rows: readonly (readonly Cell[])[]): string {
  const cell = (value: Cell) => {
    const text = String(value ?? '');
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(cell).join(',')}\n`).join('');
}
