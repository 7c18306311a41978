import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { checkNewFolder } from '../core/files';
import { projectFolder } from '../core/paths';
import { writeFolderSync } from '../core/writeFolder';
import { classNotebook, type Notebook } from './classNotebook';
import { print } from './print';

/** What the chapters link; their own links to what stays in tunebook's folder become plain text. */
const documents = ['course.md', 'glossary.md'];

const inProject = (...parts: string[]) => join(projectFolder, ...parts);

/** How the course is copied. */
interface CourseOptions {
  /** For a class: without outputs and solutions, with cells that check the answers to exercises. Default: false */
  class?: boolean;
}

/** `tunebook course`: copy the notebooks of the course, to work in them. */
export function courseCommand(): Command {
  return new Command('course')
    .description('copy the notebooks of the course and their solutions into a folder of your own')
    .argument('[DIR]', 'new folder', 'tunebook-course')
    .option('--class', 'chapters without outputs and solutions, in which each exercise has a cell for the answer')
    .action((folder: string, options: CourseOptions) => {
      const count = copyCourse(folder, options);
      if (options.class) print(`for the teacher, with the answers: ${inProject('docs', 'teaching.md')}\n`);
      print(
        `wrote ${count} notebooks to ${folder}\nopen them in JupyterLab (npx tunebook lab), or in VS Code after npx tunebook kernel install\n`,
      );
    });
}

/**
 * Copy the notebooks of the course. What they write, and the glossary and overview that they link, is inside the new folder.
 *
 * @returns number of notebooks
 * @throws {UserError} if the folder exists and is not empty, or cannot be written
 */
export function copyCourse(folder: string, options: CourseOptions = {}): number {
  checkNewFolder(folder, 'the course');
  return writeFolderSync(folder, (temporary) => {
    const parts = options.class ? [''] : ['', 'solutions'];
    const notebooks = parts.flatMap((part) =>
      readdirSync(inProject('notebooks', part))
        .filter((name) => name.endsWith('.ipynb'))
        .map((name) => join(part, name)),
    );
    for (const name of notebooks) {
      const up = name.includes('solutions') ? '../' : '';
      const text = readFileSync(inProject('notebooks', name), 'utf8')
        .replaceAll(`'${up}../build/`, `'${up}build/`)
        .replaceAll(`](${up}../docs/`, `](${up}`);
      mkdirSync(dirname(join(temporary, name)), { recursive: true });
      writeFileSync(join(temporary, name), options.class ? forClass(name, text) : text);
    }
    for (const name of documents) {
      const text = readFileSync(inProject('docs', name), 'utf8').replaceAll('](../notebooks/', '](');
      writeFileSync(
        join(temporary, name),
        text.replace(/\[([^\]]+)\]\((?:\.\.\/bench\/RECIPES|teaching)\.md\)/g, '$1'),
      );
    }
    return notebooks.length;
  });
}

function forClass(file: string, text: string): string {
  const name = file.replace(/\.ipynb$/, '');
  return `${JSON.stringify(classNotebook(name, JSON.parse(text) as Notebook), null, 1)}\n`;
}
