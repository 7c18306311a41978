import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../core/errors';
import { projectFolder } from '../core/paths';

/**
 * Write the API reference, a page for each public name, with TypeDoc.
 *
 * @param out folder of the pages; those of an earlier call are replaced
 * @returns false where there is nothing to make it of: an installed package has neither the sources nor TypeDoc
 * @throws {UserError} if TypeDoc fails; its own messages go to standard error
 */
export async function writeApiPages(out: string): Promise<boolean> {
  const folder = join(projectFolder, 'docs', 'typedoc');
  const typedoc = join(projectFolder, 'node_modules', 'typedoc', 'bin', 'typedoc');
  if (!existsSync(folder) || !existsSync(typedoc)) return false;
  const hook = pathToFileURL(join(folder, 'resolve.mjs')).href;
  const parameters = ['--options', join(folder, 'typedoc.json'), '--out', resolve(out), '--logLevel', 'Error'];
  const child = spawn(process.execPath, ['--import', hook, typedoc, ...parameters], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail).once('close', done);
  });
  if (code !== 0) throw new UserError(`the API reference was not made: TypeDoc ended with ${code ?? 'a signal'}`);
  return true;
}
