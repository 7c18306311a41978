import { exercises, neededValues } from '../course';

interface Cell {
  cell_type: string;
  id?: string;
  source: string | string[];
  metadata: object;
  outputs?: unknown[];
  execution_count?: number | null;
}

/** A notebook, as nbformat 4 has it. */
export interface Notebook {
  cells: Cell[];
}

/**
 * A chapter of the course for a class: without outputs and without the link to the solutions, each exercise in a cell of its own
 * with a cell for the answer, which checks it where the chapter's exercises can be checked.
 *
 * @param name of the chapter, such as `06-monitor`
 */
export function classNotebook(name: string, notebook: Notebook): Notebook {
  const cells = notebook.cells.flatMap((cell) => {
    if (cell.cell_type === 'code') return [{ ...cell, outputs: [], execution_count: null }];
    return exerciseCells(name, [cell.source].flat().join('')) ?? [cell];
  });
  return { ...notebook, cells: cells.map((cell, at) => ({ ...cell, id: `class-${at}` })) };
}

/** The cells instead of the one that lists the exercises; undefined for any other. */
function exerciseCells(name: string, text: string): Cell[] | undefined {
  const found = /^([\s\S]*?)## Exercises\n([\s\S]*?)(\n## [\s\S]*)?$/.exec(text);
  if (!found) return undefined;
  const [, before = '', list = '', after = ''] = found;
  const items = [...list.matchAll(/^(\d+)\. ([\s\S]*?)(?=^\d+\. |\n\n|(?![\s\S]))/gm)];
  const checked = exercises[name]?.length ?? 0;
  const values = checked > 0 ? neededValues(name) : [];
  const given = values.length > 0 ? `, { ${values.join(', ')} }` : '';
  return [
    markdown(`${before}## Exercises\n\nWrite each answer in the cell below it, and run the cell.`),
    ...(checked > 0 ? [code(`import { check } from 'tunebook';\ncheck.chapter('${name}'${given});`)] : []),
    ...items.flatMap(([, number = '', asked = '']) => [
      markdown(`**Exercise ${number}.** ${asked.replace(/\s+/g, ' ').trim()}`),
      code(
        Number(number) <= checked
          ? `const answer${number} = undefined; // your answer\ncheck.exercise(${number}, answer${number})`
          : '// your answer',
      ),
    ]),
    ...(after.trim() ? [markdown(after.trim())] : []),
  ];
}

const lines = (text: string) => text.trimEnd().split(/(?<=\n)/);
const markdown = (text: string): Cell => ({ cell_type: 'markdown', metadata: {}, source: lines(text) });
const code = (text: string): Cell => ({ ...markdown(text), cell_type: 'code', outputs: [], execution_count: null });
