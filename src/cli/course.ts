import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { checkNewFolder, temporaryBeside } from '../core/files';
import { projectFolder } from '../core/paths';
import { print } from './print';

const inProject = (...parts: string[]) => join(projectFolder, ...parts);

/** `tunebook course`: copy the notebooks of the course, to work in them. */
export function courseCommand(): Command {
  return new Command('course')
    .description('copy the notebooks of the course and their solutions into a folder of your own')
    .argument('[DIR]', 'new folder', 'tunebook-course')
    .action((folder: string) => {
      const count = copyCourse(folder);
      print(
        `wrote ${count} notebooks to ${folder}\nopen them in JupyterLab (npx tunebook lab), or in VS Code after npx tunebook kernel install\n`,
      );
    });
}

/**
 * Copy the notebooks of the course. What they write, and the glossary that they link, is inside the new folder.
 *
 * @returns number of notebooks
 * @throws {UserError} if the folder exists and is not empty, or cannot be written
 */
export function copyCourse(folder: string): number {
  checkNewFolder(folder, 'the course');
  const temporary = temporaryBeside(folder);
  try {
    const notebooks = ['', 'solutions'].flatMap((part) =>
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
      writeFileSync(join(temporary, name), text);
    }
    writeFileSync(join(temporary, 'glossary.md'), readFileSync(inProject('docs', 'glossary.md')));
    renameSync(temporary, folder); // replaces an empty folder only
    return notebooks.length;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
