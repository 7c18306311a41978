import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../core/errors';
import { shellWord } from '../core/escape/sourceCode';
import { isClone, projectFolder } from '../core/paths';
import { capital } from '../core/text';
import { samples } from '../data';
import { publicDatasets } from '../data/public';
import { print } from './print';
import { starterNotebook } from './starterNotebook';

/** The folder of users' own notebooks in a clone; git ignores it. Where tunebook is a package, they are in the current folder. */
const FOLDER = join('notebooks', 'own');

/** `tunebook new`: write a starter notebook. */
export function newCommand(): Command {
  return new Command('new')
    .description('write a starter notebook for your own pictures: check, train, examine, save, report')
    .argument('<NAME>', `name of the notebook, which is written to ${isClone ? `${FOLDER}/` : ''}NAME.ipynb`)
    .option('--data <dir>', 'your folder with one subfolder for each class, or the name of a dataset', 'emoji')
    .action((name: string, { data }: { data: string }) => {
      const file = writeStarter(name, data);
      const shown = isClone ? relative(join(projectFolder, 'notebooks'), file).replace(/\.ipynb$/, '') : name;
      print(
        `wrote ${relative(process.cwd(), file)}\nopen it in JupyterLab (${isClone ? 'npm start' : 'npx tunebook lab'}), or run it here: npx tunebook notebooks ${shellWord(shown)}\n`,
      );
    });
}

/**
 * Write the starter notebook. An existing file is never overwritten.
 *
 * @param name letters, digits, - and _
 * @param data a folder, relative to the current one, or the name of a dataset
 * @param project the clone of tunebook that the notebook is written into; without one, it is written into the current folder
 * @returns the file
 * @throws {UserError} if the name is invalid or taken, or the data does not exist
 */
export function writeStarter(name: string, data = 'emoji', project = isClone ? projectFolder : undefined): string {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u.test(name)) {
    throw new UserError(
      `'${name}' is not a valid name for a notebook: expected up to 64 letters, digits, - and _, like my-photos`,
    );
  }
  const folder = project === undefined ? process.cwd() : join(project, FOLDER);
  const runs = project === undefined ? `runs/${name}` : `../../build/runs/${name}`;
  const file = join(folder, `${name}.ipynb`);
  const isName = samples.includes(data) || (Object.hasOwn(publicDatasets, data) && !existsSync(data));
  if (!isName && !existsSync(data)) {
    throw new UserError(
      `no folder '${data}' in ${process.cwd()}: give one with one subfolder for each class, or ${[...samples, ...Object.keys(publicDatasets)].join(', ')}`,
    );
  }
  const seen = isName ? data : relative(folder, resolve(data));
  const title = name.replaceAll(/[-_]+/g, ' ').trim();
  const content = starterNotebook(capital(title), seen, runs);
  mkdirSync(folder, { recursive: true });
  let made = false;
  try {
    writeFileSync(file, '', { flag: 'wx' }); // fails if the file exists, also if another process has just made it
    made = true;
    writeFileSync(file, content);
  } catch (error) {
    if (made) rmSync(file, { force: true });
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UserError(
      `${relative(process.cwd(), file)} exists and is not overwritten: choose another name, or remove it`,
    );
  }
  return file;
}
