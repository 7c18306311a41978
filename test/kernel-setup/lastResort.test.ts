import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { linesOf, node, removeFolders, setupFile, temporaryFolder } from './helpers';

/** Run a command with this body. */
async function run(
  body: string,
  env: NodeJS.ProcessEnv = {},
  parameters: string[] = [],
  seen?: (child: ChildProcess) => void,
) {
  const cache = temporaryFolder();
  const file = join(temporaryFolder(), 'command.mjs');
  const entry = JSON.stringify(pathToFileURL(setupFile('lib', 'entry.mjs')).href);
  writeFileSync(file, `import { runCommand } from ${entry};\nrunCommand(async () => { ${body} });\n`);
  return { cache, ...(await node([file, ...parameters], { TUNEBOOK_CACHE: cache, ...env }, seen)) };
}

const failures: Record<string, string> = {
  'an error': "throw new Error('secret plan')",
  'an unhandled rejection':
    "void Promise.reject(new Error('secret plan')); await new Promise((r) => setTimeout(r, 5000))",
  'an error in a timer':
    "setTimeout(() => { throw new Error('secret plan') }); await new Promise((r) => setTimeout(r, 5000))",
  'an error event without listeners':
    "new (await import('node:events')).EventEmitter().emit('error', new Error('secret plan'))",
  'an error in a thread': `const { Worker } = await import('node:worker_threads');
    new Worker("throw new Error('secret plan')", { eval: true }); await new Promise((r) => setTimeout(r, 5000))`,
  'recursion without end': 'const f = (n) => f(n + 1) + 1; f(0)',
  'more memory than there is': 'new Float64Array(2 ** 50)',
  'a text of several lines': "throw new Error('first\\nsecond \\u001b[31m')",
  'a thrown value that is not an error': "throw 'secret plan'",
  'an error whose properties throw':
    "throw Object.defineProperty(new Error(), 'message', { get() { throw new Error('from within') } })",
};

describe('an error that nothing else catches', () => {
  after(removeFolders);

  for (const [what, body] of Object.entries(failures)) {
    it(`ends a command in one line: ${what}`, async () => {
      const { code, stdout, stderr, cache } = await run(body);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.equal(linesOf(stderr).length, 1, stderr);
      assert.ok(!stderr.includes('\x1b') && !/^\s+at /m.test(stderr), stderr);
      const file = /^tunebook: internal error: .*; the details are in (.*\.txt)\n$/.exec(stderr)?.[1] ?? '';
      assert.ok(file.startsWith(join(cache, 'crashes')), stderr);
      assert.match(readFileSync(file, 'utf8'), /Node v\d+/);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.equal(statSync(join(cache, 'crashes')).mode & 0o777, 0o700);
    });
  }

  it('saves the stack, but not the arguments of the command, in the file', async () => {
    const { cache } = await run("throw new Error('too much')", {}, ['study', 'redis://:password@host']);
    const [file] = readdirSync(join(cache, 'crashes'));
    const text = readFileSync(join(cache, 'crashes', file!), 'utf8');
    assert.match(text, /^\S+ tunebook study, Node/);
    assert.match(text, /Error: too much\n\s+at .*command\.mjs/);
    assert.doesNotMatch(text, /password/);
  });

  it('is saved in a temporary folder if the cache cannot be written', async () => {
    const [blocked, temporary] = [join(temporaryFolder(), 'file'), temporaryFolder()];
    writeFileSync(blocked, '');
    const { stderr } = await run("throw new Error('a')", { TUNEBOOK_CACHE: blocked, TMPDIR: temporary });
    const file = /the details are in (.*\.txt)\n$/.exec(stderr)![1]!;
    assert.ok(file.startsWith(join(temporary, 'tunebook-crash-')), stderr);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(join(file, '..')).mode & 0o777, 0o700);
  });

  it('shows its stack with TUNEBOOK_DEBUG=1', async () => {
    const { stderr } = await run("throw new Error('too much')", { TUNEBOOK_DEBUG: '1' });
    assert.match(stderr, /Error: too much\n\s+at /);
  });

  it('is only one line, without a file, if the user can fix it', async () => {
    const body = "throw Object.assign(new Error('no folder:\\n give one'), { name: 'UserError' })";
    const { code, stderr, cache } = await run(body);
    assert.equal(code, 1);
    assert.equal(stderr, 'no folder:  give one\n');
    assert.deepEqual(readdirSync(cache), []);
  });

  it('does not occur if the reader of a pipe ends early', async () => {
    const body = `for (let i = 0; i < 1e5; i++) {
      process.stdout.write('x'.repeat(999));
      if (i % 99 === 0) await new Promise(setImmediate);
    }
    return 0;`;
    const { code, stderr } = await run(body, {}, [], (child) => child.stdout!.destroy());
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('does not occur if Ctrl+C ends the command', async () => {
    const body = "process.stdout.write('on'); await new Promise((r) => setTimeout(r, 30000)); return 0";
    const { code, stderr, cache } = await run(body, {}, [], (child) => child.kill('SIGINT'));
    assert.deepEqual([code, stderr], [null, '']);
    assert.deepEqual(readdirSync(cache), []);
  });
});
