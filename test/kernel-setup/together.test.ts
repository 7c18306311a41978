import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { node, removeFolders, setupFile, temporaryFolder } from './helpers';

/**
 * A set-up of two steps that write their beginning and end to a journal, with `begins` in between for the test to see. A step waits until so
 * many set-ups have started, and then for some time, in which they find it at work.
 */
const SETUP = `
  import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
  const { setUp } = await import(${JSON.stringify(pathToFileURL(setupFile('lib', 'setup.mjs')).href)});
  const [folder, milliseconds, others] = process.argv.slice(1);
  const wait = (time) => new Promise((done) => setTimeout(done, time));
  appendFileSync(folder + '/started', '.');
  const step = (name) => ({
    name,
    title: 'Step ' + name,
    inputs: () => [name],
    artefacts: () => [folder + '/' + name],
    async run() {
      appendFileSync(folder + '/journal', name + ' begins\\n');
      console.log('begins');
      while (readFileSync(folder + '/started').length < Number(others)) await wait(20);
      await wait(Number(milliseconds));
      writeFileSync(folder + '/' + name, '');
      appendFileSync(folder + '/journal', name + ' ends\\n');
    },
  });
  const done = await setUp({ steps: [step('one'), step('two')] });
  console.log(done + ' done');
`;

/** @param milliseconds that each step takes, once so many set-ups have started */
const setUp = (folder: string, milliseconds: number, others = 1, seen?: Parameters<typeof node>[2]) =>
  node(
    ['--input-type=module', '-e', SETUP, folder, String(milliseconds), String(others)],
    { TUNEBOOK_CACHE: join(folder, 'cache') },
    seen,
  );

describe('set-ups of several projects at once', () => {
  after(removeFolders);

  it('do each step once, and all end with everything done', async () => {
    const folder = temporaryFolder();
    const ended = await Promise.all(Array.from({ length: 3 }, () => setUp(folder, 500, 3)));
    assert.deepEqual(
      ended.map(({ code }) => code),
      [0, 0, 0],
    );
    assert.equal(readFileSync(join(folder, 'journal'), 'utf8'), 'one begins\none ends\ntwo begins\ntwo ends\n');
    const counts = ended.map(({ stdout }) => Number(/(\d) done/.exec(stdout)![1]));
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      2,
    );
    assert.match(
      ended.map(({ stdout }) => stdout).join(''),
      /Another set-up \(process \d+\) is at this step: Step one\./,
    );
  });

  it('take over the step of one that was killed, and do it from its beginning', async () => {
    const folder = temporaryFolder();
    const killed = await setUp(folder, 60_000, 1, (child, printed) => {
      if (printed.includes('begins')) child.kill('SIGKILL');
    });
    assert.equal(killed.code, null);
    assert.ok(existsSync(join(folder, 'cache', 'locks', 'one.lock')));
    const { code, stdout } = await setUp(folder, 1);
    assert.equal(code, 0);
    assert.match(stdout, /2 done/);
    assert.equal(
      readFileSync(join(folder, 'journal'), 'utf8'),
      'one begins\none begins\none ends\ntwo begins\ntwo ends\n',
    );
  });
});
