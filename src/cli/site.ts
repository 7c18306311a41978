import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../core/errors';
import { checkFolder } from '../core/files';
import { projectFolder } from '../core/paths';
import { writeApiPages } from './apiPages';
import { readCells } from './notebookJobs';
import { print } from './print';
import { runPython } from './python';
import { writeCharts } from './siteCharts';

interface Options {
  from?: string;
  out: string;
}

/** The pages beside the chapters, and the Markdown files that they are made of. */
const pages = [
  { path: ['docs', 'course.md'], page: 'course.html', title: 'The course at a glance' },
  { path: ['docs', 'glossary.md'], page: 'glossary.html', title: 'Glossary' },
  { path: ['docs', 'teaching.md'], page: 'teaching.html', title: 'For teachers' },
  { path: ['bench', 'RECIPES.md'], page: 'recipes.html', title: 'What the recipes are worth' },
];

/** The command `site`: executed notebooks as a book of static pages. */
export function siteCommand(): Command {
  return new Command('site')
    .description('make a static HTML book of executed notebooks, with the API reference')
    .option(
      '--from <dir>',
      'folder with the executed notebooks; default: notebooks/, as they were last saved with outputs',
    )
    .option('--out <dir>', 'folder of the book', join('build', 'site'))
    .action(async ({ from = join(projectFolder, 'notebooks'), out }: Options) => {
      const pages = await buildSite(from, out, { api: true });
      print(`wrote ${pages.length} pages; begin with ${relative(process.cwd(), join(out, 'index.html'))}\n`);
    });
}

/**
 * A book of the notebooks in a folder, in the order of their names; those in its folder `solutions` are pages that chapters link to.
 *
 * @param options `api`: with the API reference, which takes half a minute and can be made in a clone only; default false
 * @returns the names of its pages, the index first
 * @throws {UserError} if there is no notebook, or one that was not run, or the book cannot be written
 */
export async function buildSite(from: string, out: string, { api = false } = {}): Promise<string[]> {
  const notebooks = notebooksIn(from);
  const solutions = notebooksIn(join(from, 'solutions'));
  if (notebooks.length === 0) throw new UserError(`no notebooks in '${from}'`);
  const bare = [...notebooks, ...solutions].find((file) => !isExecuted(file));
  if (bare !== undefined) {
    throw new UserError(
      `${bare} has no outputs: run it first, 'tunebook notebooks --out DIR', then 'tunebook site --from DIR'`,
    );
  }
  checkFolder(out, 'the book');
  checkBookFolder(out);
  const about =
    'Fine-tuning a pre-trained CNN on a small image dataset in TypeScript, one practice a chapter. Each chapter is a notebook ' +
    'that was run from top to bottom: what it shows is what it computed.';
  const documents = pages
    .map(({ path, ...page }) => ({ ...page, file: join(projectFolder, ...path) }))
    .filter(({ file }) => existsSync(file)); // an installed package has no measurements
  const reference = api && (await writeApiPages(join(out, 'api')));
  const charts = await writeCharts([...notebooks, ...solutions], out);
  const job = {
    notebooks,
    solutions,
    charts,
    out: resolve(out),
    title: 'tunebook: the course',
    about,
    documents,
    reference,
  };
  for await (const made of runPython<{ pages: string[] }>('build_site.py', job)) return made.pages;
  throw new UserError('the book was not made');
}

/** @throws {UserError} unless a folder is empty or holds an earlier book, as pages and the folder `api` in it are replaced */
function checkBookFolder(out: string): void {
  const index = join(out, 'index.html');
  const isBook = existsSync(index) && readFileSync(index, 'utf8').includes('class="book-page');
  // charts are written first: a book that was interrupted may have nothing else
  if (isBook || readdirSync(out).every((name) => name === 'charts')) return;
  throw new UserError(
    `'${out}' is not empty and holds no earlier book: give a new folder, as files in it would be replaced`,
  );
}

function notebooksIn(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ipynb')) : [];
  return names.sort().map((name) => resolve(folder, name));
}

function isExecuted(file: string): boolean {
  const cells = readCells(file);
  const code = cells.filter(({ cell_type, source }) => cell_type === 'code' && [source].flat().join('').trim() !== '');
  return code.every(({ execution_count }) => typeof execution_count === 'number');
}
