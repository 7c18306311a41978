import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arquero } from '../core/arquero';
import { messageOf, UserError } from '../core/errors';

/** Groups by path from `labels.csv` in a folder, a table with the columns `file` and `group`. */
export function groupsFromLabels(root: string): (path: string) => string | undefined {
  const file = join(root, 'labels.csv');
  if (!existsSync(file)) return () => undefined;
  try {
    const table = arquero.fromCSV(readFileSync(file, 'utf8'), { autoType: false });
    if (!table.columnNames().includes('group')) return () => undefined;
    const groups = new Map(
      table.objects().map((row) => {
        const { file, group } = row as { file: string; group: string };
        return [file, group];
      }),
    );
    return (path) => groups.get(path.split('\\').join('/'));
  } catch (error) {
    throw new UserError(`${file} is not readable as a table with the columns file and group: ${messageOf(error)}`);
  }
}
