import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The meaning of a line of .dockerignore: `*` is any part of a name, `**` any folders; what is in an ignored folder is ignored, too. */
function ignores(pattern: string): (path: string) => boolean {
  const source = pattern
    .replace(/^\/|\/$/g, '')
    .split('/')
    .map((part) =>
      part === '**' ? '(?:[^/]+/)*' : `${part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '[^/]*')}/`,
    )
    .join('');
  const whole = new RegExp(`^${source}`);
  return (path) => whole.test(`${path}/`);
}

/**
 * The files that Docker would send to the builder: all in a folder, less those that .dockerignore names.
 *
 * @returns paths relative to the folder, sorted; folders are not listed
 */
export function contextFiles(folder: string): string[] {
  const lines = readFileSync(join(folder, '.dockerignore'), 'utf8').split('\n');
  const rules = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (rules.some((rule) => rule.startsWith('!'))) throw new Error('.dockerignore: exceptions (!) are not understood');
  const ignored = rules.map(ignores);
  const list = (inner: string): string[] =>
    readdirSync(join(folder, inner), { withFileTypes: true }).flatMap((entry) => {
      const path = inner ? `${inner}/${entry.name}` : entry.name;
      if (ignored.some((ignores) => ignores(path))) return [];
      return entry.isDirectory() ? list(path) : [path];
    });
  return list('').sort();
}

/** `./src/` and `/src` as `src`, `.` as nothing. */
export const withoutDot = (path: string) => path.replace(/^\.?(\/|$)|\/$/g, '');

/** Those of the context's files that a source of COPY means: a file, all in a folder, or `.` for all. */
export function copiedFiles(files: readonly string[], source: string): string[] {
  const wanted = withoutDot(source);
  const found = files.filter((file) => wanted === '' || file === wanted || file.startsWith(`${wanted}/`));
  if (found.length === 0) throw new Error(`COPY ${source}: there is no such file, or .dockerignore names it`);
  return found;
}

/** A hash of files with their contents. */
export function hashOfFiles(folder: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const path = join(folder, file);
    const status = lstatSync(path);
    hash.update(`${file}\0${status.mode}\0`);
    hash.update(status.isSymbolicLink() ? readlinkSync(path) : readFileSync(path));
  }
  return hash.digest('hex');
}
