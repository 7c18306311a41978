import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { load, node, removeFolders, setupFile, temporaryFolder } from './helpers';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  failures: string;
}
interface PoolModule {
  runFiles(
    files: readonly (readonly string[])[],
    how: {
      jobs: number;
      waiting?: readonly (readonly string[])[];
      env: NodeJS.ProcessEnv;
      options: object;
      write: (text: string) => void;
    },
  ): Promise<Counts>;
}
interface FilesModule {
  ALONE: readonly string[];
  IN_TURN: readonly (readonly string[])[];
  LONG: readonly string[];
  SLOW: readonly string[];
  WAITING: readonly string[];
  allTests(): string[];
  chooseTests(
    named: readonly string[],
    fast: boolean,
  ): { together: string[][]; waiting: string[][]; alone: string[][] };
}

/** Run test files with these bodies, in this order, the last ones as those that wait, and keep what is printed. */
async function run(
  bodies: readonly string[],
  { jobs = 1, waiting = 0, options = {} }: { jobs?: number; waiting?: number; options?: object } = {},
) {
  const { runFiles } = await load<PoolModule>('lib', 'test-pool.mjs');
  const folder = temporaryFolder();
  const files = bodies.map((body, i) => {
    const file = join(folder, `${i}.test.cjs`);
    writeFileSync(file, body);
    return file;
  });
  let printed = '';
  const write = (text: string) => {
    printed += text;
  };
  return {
    printed,
    ...(await runFiles(
      files.slice(0, files.length - waiting).map((file) => [file]),
      { jobs, waiting: waiting > 0 ? [files.slice(-waiting)] : [], env: process.env, options, write },
    )),
    text: () => printed,
  };
}

/** A test that writes a file and one that waits for a file of the other's: they end only if they run at the same time. */
const meet = (mine: string, other: string) => `
  const { existsSync, writeFileSync } = require('node:fs');
  it('meets the other', async () => {
    writeFileSync(${JSON.stringify(mine)}, '');
    while (!existsSync(${JSON.stringify(other)})) await new Promise((next) => setTimeout(next, 10));
  });`;

describe('a run of test files', function () {
  this.timeout(60_000);
  after(removeFolders);

  it('counts what passed, failed and was skipped, and shows at the end what was expected', async () => {
    const { passed, failed, skipped, failures } = await run([
      "it('a', () => {}); it('b', () => {}); it.skip('d', () => {});",
      "describe('sums', () => it('c', () => require('node:assert').deepEqual([1 + 1], [3])));",
    ]);
    assert.deepEqual({ passed, failed, skipped }, { passed: 2, failed: 1, skipped: 1 });
    assert.match(failures, /1\.test\.cjs\n\s+1\) sums\n\s+c:\n[\s\S]*\+ expected - actual/);
  });

  it('runs as many files at the same time as it is told, and prints one after the other, in order', async () => {
    const folder = temporaryFolder();
    const [one, two] = [join(folder, '1'), join(folder, '2')];
    const { passed, text } = await run(
      [
        `${meet(one, two)} it('is slow', (done) => setTimeout(done, 300)); it('ends the first', () => {});`,
        `${meet(two, one)} it('ends the second', () => {});`,
      ],
      { jobs: 2 },
    );
    assert.equal(passed, 5);
    assert.match(
      text(),
      /meets the other[\s\S]*is slow[\s\S]*ends the first[\s\S]*meets the other[\s\S]*ends the second/,
    );
    assert.ok(!text().includes('\0'));
  });

  it('runs those that mostly wait one after the other in a process of their own', async () => {
    const folder = temporaryFolder();
    const [one, two, three] = ['1', '2', '3'].map((name) => join(folder, name)) as [string, string, string];
    const bodies = [`{ ${meet(one, two)} } { ${meet(one, three)} }`, meet(two, one), meet(three, two)];
    assert.equal((await run(bodies, { waiting: 2 })).passed, 4);
  });

  it('names the test in which its process was ended, and runs the other files', async () => {
    const { passed, failed, failures } = await run([
      "it('a', () => {}); it('ends all', () => process.kill(process.pid, 'SIGKILL'));",
      "it('b', () => {});",
    ]);
    assert.deepEqual([passed, failed], [1, 1]);
    assert.match(failures, /0\.test\.cjs\n {2}The process was ended by SIGKILL in: ends all\n/);
  });

  it('counts a file that cannot be loaded as failed, and says why', async () => {
    const { passed, failed, failures } = await run(["require('./none.cjs');", "it('b', () => {});"]);
    assert.deepEqual([passed, failed], [1, 1]);
    assert.match(failures, /Cannot find module '\.\/none\.cjs'/);
  });

  it('fails a test that leaves a failed promise behind', async () => {
    const { failed, failures } = await run([
      "it('a', () => {});",
      "it('leaves', async () => { Promise.reject(new Error('lost')); await new Promise((next) => setTimeout(next, 50)); });",
    ]);
    assert.equal(failed, 1);
    assert.match(failures, /leaves:\n\s+Uncaught Error: lost/);
  });

  it('gives a test more time than the test asked for, as other files run beside it', async () => {
    const { passed, failed } = await run([
      "it('a', function (done) { this.timeout(20); setTimeout(done, 200); });",
      "describe('b', function () { this.timeout(20); it('c', (done) => { setTimeout(done, 200); }); });",
      "it('d', (done) => { setTimeout(done, 200); }).timeout(20);",
    ]);
    assert.deepEqual([passed, failed], [3, 0]);
  });

  it('takes tests by their titles, and ends at the first failure where that is asked for', async () => {
    const bodies = ["it('a', () => {}); it('b', () => { throw 1; });", "it('a', () => {});"];
    assert.equal((await run(bodies, { options: { grep: 'a' } })).passed, 2);
    const { passed, failed } = await run(bodies, { options: { bail: true } });
    assert.deepEqual([passed, failed], [1, 1]);
  });

  it('ends in a line of its own in the form that CI reads', async () => {
    const { countsLine } = await load<{ countsLine(counts: object): string }>('lib', 'test.mjs');
    assert.equal(countsLine({ passed: 12, failed: 0, skipped: 1 }), '12 passed, 0 failed, 1 skipped');
  });
});

describe('the choice of test files', () => {
  const below = (file: string) => file.slice(join(projectFolder, 'dist', 'test', '/').length).replace('.test.js', '');

  it('is all of them, each once, where none is named; some wait until they can run alone', async () => {
    const { allTests, chooseTests, ALONE } = await load<FilesModule>('lib', 'test-files.mjs');
    const { together, waiting, alone } = chooseTests([], false);
    assert.deepEqual([...together, ...waiting, ...alone].flat().map(below).sort(), allTests());
    assert.ok(alone.length >= ALONE.length && together.length > 100);
  });

  it('keeps in one list what must not run beside its like', async () => {
    const { chooseTests, IN_TURN } = await load<FilesModule>('lib', 'test-files.mjs');
    const { together, waiting, alone } = chooseTests([], false);
    for (const entries of IN_TURN) {
      const lists = [...together, ...waiting, ...alone].filter((files) =>
        files.map(below).some((file) => entries.some((entry) => file.startsWith(entry))),
      );
      assert.equal(lists.length, 1, entries.join(' '));
    }
  });

  it('has no entry that names no file, in any of its lists', async () => {
    const { allTests, ALONE, IN_TURN, LONG, SLOW, WAITING } = await load<FilesModule>('lib', 'test-files.mjs');
    const all = allTests();
    for (const entry of [...ALONE, ...IN_TURN.flat(), ...LONG, ...SLOW, ...WAITING])
      assert.ok(
        all.some((file) => file.startsWith(entry)),
        entry,
      );
  });

  it('has no kernel, browser or notebook run among the fast ones', async () => {
    const { chooseTests } = await load<FilesModule>('lib', 'test-files.mjs');
    const { together, alone } = chooseTests([], true);
    assert.deepEqual(
      [...together, ...alone]
        .flat()
        .map(below)
        .filter((file) => /^(kernel|browser)\/|^notebooks\/course/.test(file)),
      [],
    );
  });

  it('takes a file by its source, by what was built of it or by its name', async () => {
    const { chooseTests } = await load<FilesModule>('lib', 'test-files.mjs');
    for (const name of ['test/data/split.test.ts', 'dist/test/data/split.test.js', 'data/split'])
      assert.deepEqual(
        chooseTests([join(projectFolder, name), name].slice(-1), false)
          .together.flat()
          .map(below),
        ['data/split'],
      );
    assert.throws(() => chooseTests(['data/spilt'], false), /^SetupError: There is no test 'data\/spilt'/);
  });

  it('is refused with the usage where an option is unknown', async () => {
    const { code, stderr } = await node([setupFile('test.mjs'), '--gerp', 'x']);
    assert.equal(code, 1);
    assert.match(stderr, /^Unknown option '--gerp'\. Usage: npm test -- .*\n$/);
  });
});
