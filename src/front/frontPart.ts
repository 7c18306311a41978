import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../core/paths';

/** An import of another module of this folder, on a line of its own. */
const imports = /^import \{[^}]*\} from '\.\/([\w-]+\.mjs)';\n/gm;

/** Plain ES modules, which a page can load as they are. They are read from the sources, as they need no compiler. */
const folder = join(projectFolder, 'src', 'front');

/**
 * The front-end part of a widget as one ES module: the text of a file of this folder, after the modules that it imports. A notebook
 * gets it as text, in which an import of a file would lead nowhere.
 *
 * @param name of the file without `.mjs`
 */
export function frontPart(name: string): string {
  return inlined(`${name}.mjs`, new Set());
}

function inlined(file: string, seen: Set<string>): string {
  seen.add(file);
  const text = readFileSync(join(folder, file), 'utf8');
  const needed = [...text.matchAll(imports)].map(([, other]) => other!).filter((other) => !seen.has(other));
  const before = needed.map((other) => inlined(other, seen).replace(/^export (?!default)/gm, ''));
  return [...before, text.replaceAll(imports, '')].join('\n');
}

/** The styles that all front-end parts share. */
export function frontStyles(): string {
  return readFileSync(join(folder, 'shared.css'), 'utf8');
}
