import { readFileSync, writeFileSync } from 'node:fs';

/** An output of a cell, as it is in the file. */
export interface Output {
  output_type: string;
  data?: Record<string, unknown>;
}

/** The outputs of all cells of a notebook. */
export const outputsOf = (path: string): Output[] =>
  (JSON.parse(readFileSync(path, 'utf8')) as { cells: { outputs?: Output[] }[] }).cells.flatMap(
    ({ outputs = [] }) => outputs,
  );

/** Write a notebook for the project's kernel. */
export function writeNotebook(path: string, sources: readonly string[]): void {
  const cells = sources.map((source, index) => {
    return { cell_type: 'code', id: `cell-${index}`, source, metadata: {}, outputs: [], execution_count: null };
  });
  const kernelspec = { name: 'tslab', display_name: 'TypeScript', language: 'typescript' };
  writeFileSync(path, JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
}
