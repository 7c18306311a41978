import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../src/core/paths';

interface LockedPackage {
  version?: string;
  integrity?: string;
  /** a folder of the project itself */
  link?: boolean;
  hasInstallScript?: boolean;
  gypfile?: boolean;
}

describe('package-lock.json', () => {
  const lock = JSON.parse(readFileSync(join(projectFolder, 'package-lock.json'), 'utf8'));
  const packages = Object.entries<LockedPackage>(lock.packages).filter(([path, { link }]) => path !== '' && !link);

  it('has the hash of every package, including those for other systems', () => {
    assert.ok(packages.length > 300);
    const without = packages.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''));
    assert.deepEqual(
      without.map(([path, { version }]) => `${path} ${version}`),
      [],
    );
  });

  it('contains versions and hashes but no addresses, so that any registry or mirror can be used', () => {
    assert.deepEqual(
      packages.filter(([, entry]) => 'resolved' in entry).map(([path]) => path),
      [],
    );
  });

  it('lets no npm run a script of a package, which would fail', () => {
    const { allowScripts } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));
    assert.deepEqual(Object.values(allowScripts), [false, false, false, false]);
    const withScripts = packages.filter(([path]) => {
      const folder = join(projectFolder, path);
      if (!existsSync(folder)) return false; // for another system
      const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return existsSync(join(folder, 'binding.gyp')) || scripts?.preinstall || scripts?.install || scripts?.postinstall;
    });
    assert.ok(withScripts.some(([path]) => path.endsWith('/tfjs-node-gpu')));
    for (const [path, { gypfile }] of withScripts) {
      // npm 11.16 and newer, and older ones
      assert.equal(allowScripts[path.replace(/^.*node_modules\//, '')], false, `${path}: add it to allowScripts`);
      assert.equal(gypfile, false, `${path}: \`npm run fix\` forbids its script in the lock file`);
    }
    const marked = packages.filter(([, { hasInstallScript }]) => hasInstallScript);
    assert.deepEqual(
      marked.map(([path]) => path),
      [],
    );
  });

  it('is of dependencies with exact versions, each with its reason in CONTRIBUTING.md', () => {
    const read = (name: string) => readFileSync(join(projectFolder, name), 'utf8');
    const { devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    const all = Object.entries({ ...devDependencies }).filter(([, version]) => version !== 'file:.');
    assert.ok(all.length > 40);
    const exact = /^(?:npm:[\w@/.-]+@)?\d+\.\d+\.\d+$/;
    assert.deepEqual(
      all.filter(([, version]) => !exact.test(version)),
      [],
    );
    const listed = [...read('CONTRIBUTING.md').matchAll(/^\| ((?:`[\w@/.*-]+`,? ?)+)\|/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([^`]+)`/g)].map(
        ([, name]) => new RegExp(`^${name!.replaceAll('.', '\\.').replaceAll('*', '.*')}$`),
      ),
    );
    assert.deepEqual(
      all.map(([name]) => name).filter((name) => !listed.some((known) => known.test(name))),
      [],
    );
  });
});
