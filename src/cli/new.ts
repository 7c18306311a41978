import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../core/errors';
import { shellWord } from '../core/escape/sourceCode';
import { projectFolder } from '../core/paths';
import { samples } from '../data';
import { publicDatasets } from '../data/public';
import { print } from './print';
import { starterNotebook } from './starterNotebook';

/** Where notebooks of one's own lie: inside the project, so that their cells find the package; git passes them over. */
const FOLDER = join('notebooks', 'own');

/** The command `new`: a notebook to begin with, for one's own pictures. */
export function newCommand(): Command {
  return new Command('new')
    .description('write a starter notebook for your own pictures: check, train, look, save, report')
    .argument('<NAME>', `of the notebook, which goes to ${FOLDER}/NAME.ipynb`)
    .option('--data <dir>', 'your folder with one subfolder a class, or a dataset by its name', 'emoji')
    .action((name: string, { data }: { data: string }) => {
      const file = writeStarter(name, data);
      const shown = relative(projectFolder, file).replace(/\.ipynb$/, '');
      print(
        `wrote ${relative(process.cwd(), file)}\nopen it in JupyterLab ('npm start'), or run it here: npx tunebook notebooks ${shellWord(shown.replace(/^notebooks\//, ''))}\n`,
      );
    });
}

/**
 * Write the starter notebook. A file that exists is never written over.
 *
 * @param name letters, digits, - and _
 * @param data a folder as seen from here, or the name of a dataset
 * @param project the folder it goes to; for tests
 * @returns the file
 * @throws {UserError} on a name that is none, one that is taken, or data that does not exist
 */
export function writeStarter(name: string, data = 'emoji', project: string = projectFolder): string {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u.test(name)) {
    throw new UserError(
      `'${name}' is no name for a notebook: expected letters, digits, - and _, up to 64, like my-photos`,
    );
  }
  const folder = join(project, FOLDER);
  const file = join(folder, `${name}.ipynb`);
  const isName = samples.includes(data) || (Object.hasOwn(publicDatasets, data) && !existsSync(data));
  if (!isName && !existsSync(data)) {
    throw new UserError(
      `no folder '${data}' in ${process.cwd()}: give one with one subfolder a class, or ${[...samples, ...Object.keys(publicDatasets)].join(', ')}`,
    );
  }
  const seen = isName ? data : relative(folder, resolve(data));
  const title = name.replaceAll(/[-_]+/g, ' ').trim();
  const content = starterNotebook(title.charAt(0).toUpperCase() + title.slice(1), seen, `../../build/runs/${name}`);
  mkdirSync(folder, { recursive: true });
  let made = false;
  try {
    writeFileSync(file, '', { flag: 'wx' }); // of two that want the name one gets it
    made = true;
    writeFileSync(file, content);
  } catch (error) {
    if (made) rmSync(file, { force: true });
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UserError(
      `${relative(process.cwd(), file)} exists and is left as it is: take another name, or remove it`,
    );
  }
  return file;
}
