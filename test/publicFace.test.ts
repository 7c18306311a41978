import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as face from '../src';
import { projectFolder } from '../src/core/paths';

const tunebook: Record<string, object> = face;
const namespaces = [
  ...['augment', 'charts', 'data', 'display', 'explain', 'features', 'layers', 'metrics', 'models', 'runs', 'studies'],
  ...['training', 'widgets'],
];

describe('the public face', () => {
  it('exports what the course uses, and the namespaces', () => {
    const names = Object.keys(tunebook);
    assert.deepEqual(
      namespaces.filter((name) => !names.includes(name)),
      [],
    );
    assert.ok(names.length <= 75, `${names.length} names: ${names.join(', ')}`);
  });

  it('exports each name once', () => {
    const places = new Map<string, string[]>();
    const add = (name: string, place: string) => places.set(name, [...(places.get(name) ?? []), place]);
    for (const name of Object.keys(tunebook)) if (!namespaces.includes(name)) add(name, 'root');
    for (const namespace of namespaces) {
      for (const name of Object.keys(tunebook[namespace]!)) add(name, namespace);
    }
    assert.deepEqual(
      [...places].filter(([, where]) => where.length > 1),
      [],
    );
  });

  it('is all that can be imported: internal modules have no path', () => {
    const script = `
      const attempt = (name) => { try { require(name); return 'loaded'; } catch (error) { return error.code; } };
      console.log(JSON.stringify(['tunebook', 'tunebook/widgets', 'tunebook/package.json', 'tunebook/dist/src/core/options'].map(attempt)));`;
    const output = execFileSync(process.execPath, ['-e', script], { cwd: projectFolder, encoding: 'utf8' });
    assert.deepEqual(JSON.parse(output), ['loaded', 'loaded', 'loaded', 'ERR_PACKAGE_PATH_NOT_EXPORTED']);
  });
});
