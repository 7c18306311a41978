import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './paths';

/** The version of this tunebook, as its package.json says: '0.1.0'. */
export function tunebookVersion(): string {
  return JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')).version;
}
