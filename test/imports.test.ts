import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { projectFolder } from '../src/core/paths';
import { allowedImports, allowedImportsTable } from './allowedImports';

/** What a file imports, including types and `import()`: [specifier, ...]. */
function specifiersOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => specifier!);
}

const files = new Map<string, string>();
for (const entry of readdirSync(join(projectFolder, 'src'), { recursive: true })) {
  const file = String(entry).replaceAll('\\', '/');
  if (file.endsWith('.ts')) files.set(file, readFileSync(join(projectFolder, 'src', file), 'utf8'));
}

/** The file that a relative specifier names, or undefined if it is not a TypeScript file of src. */
function resolveImport(from: string, specifier: string): string | undefined {
  const path = posix.join(posix.dirname(from), specifier).replace(/\.js$/, '');
  return [`${path}.ts`, posix.join(path, 'index.ts'), `${path}.d.ts`].find((candidate) => files.has(candidate));
}

const imports = new Map(
  [...files].map(([file, text]) => [
    file,
    specifiersOf(text)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => ({ specifier, target: resolveImport(file, specifier) })),
  ]),
);

const folderOf = (file: string) => file.split('/')[0]!;

describe('the imports of src', () => {
  it('are found: every relative import names a file', () => {
    const lost = [...imports].flatMap(([file, all]) =>
      all
        .filter(({ specifier, target }) => target === undefined && !specifier.endsWith('.json'))
        .map(({ specifier }) => `${file}: ${specifier}`),
    );
    assert.deepEqual(lost, []);
    assert.ok([...imports.values()].flat().length > 500);
  });

  it('go from folder to folder only as the table allows', () => {
    const forbidden: string[] = [];
    for (const [file, all] of imports) {
      const from = folderOf(file);
      if (!file.includes('/') || from === 'api') continue; // the public API re-exports from all folders
      for (const { target } of all) {
        if (target === undefined || folderOf(target) === from) continue;
        if (!allowedImports[from]?.knows.includes(folderOf(target))) forbidden.push(`${file} imports ${target}`);
      }
    }
    assert.deepEqual(forbidden, []);
  });

  it('have a table in which every folder imports only from folders above it', () => {
    const order = Object.keys(allowedImports);
    const upward = order.flatMap((folder, place) =>
      allowedImports[folder]!.knows.filter((known) => order.indexOf(known) < 0 || order.indexOf(known) >= place),
    );
    assert.deepEqual(upward, []);
    const folders = readdirSync(join(projectFolder, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    assert.deepEqual(
      folders
        .map(({ name }) => name)
        .filter((name) => name !== 'api')
        .sort(),
      [...order].sort(),
    );
  });

  it('are never circular between files, types included', () => {
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]) => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const { target } of imports.get(file)!) if (target) visit(target, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files.keys()) visit(file, []);
    assert.deepEqual(circles, []);
  });

  it('load TensorFlow only through src/tensorflow', () => {
    const others = [...files]
      .filter(([file]) => folderOf(file) !== 'tensorflow')
      .filter(([, text]) => specifiersOf(text).some((specifier) => specifier.startsWith('@tensorflow/')))
      .map(([file]) => file);
    assert.deepEqual(others, []);
  });

  it('are listed in CONTRIBUTING as in the table', () => {
    const contributing = readFileSync(join(projectFolder, 'CONTRIBUTING.md'), 'utf8');
    assert.ok(
      contributing.includes(allowedImportsTable()),
      `CONTRIBUTING.md lacks this table:\n${allowedImportsTable()}`,
    );
  });
});
