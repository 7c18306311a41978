import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './paths';

/** Version of this package, from its package.json, such as '0.1.0'. */
export function tunebookVersion(): string {
  return JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')).version;
}
