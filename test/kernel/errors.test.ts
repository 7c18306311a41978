import assert from 'node:assert/strict';
import { Session } from './session';

describe('an error in a cell', function () {
  this.timeout(60_000);
  let session: Session;
  before(async () => {
    session = await Session.start();
  });
  after(() => session?.stop());

  it('is an error output with the lines of the cell and nothing of tslab and Node', async () => {
    const outcome = await session.run(
      [
        'interface Picture { width: number }', // the compiled code does not contain this line
        'function area(picture: Picture | undefined): number {',
        '  return picture!.width ** 2;',
        '}',
        '',
        'area(undefined);',
      ].join('\n'),
    );
    const count = outcome.reply.execution_count;
    assert.equal(outcome.reply.status, 'error');
    assert.equal(outcome.reply.ename, 'TypeError');
    assert.deepEqual(outcome.error?.traceback, [
      "TypeError: Cannot read properties of undefined (reading 'width')",
      '> 3 |   return picture!.width ** 2;',
      `    at area (cell [${count}], line 3, column 19)`,
      `    at cell [${count}], line 6, column 1`,
    ]);
    assert.equal(outcome.stderr, '');
  });

  it('names the line even after an await, and the cell that defined a function', async () => {
    const first = await session.run(
      '\n\nasync function late() {\n  await null;\n  throw new RangeError("too late");\n}',
    );
    const { error, reply } = await session.run('// a comment\nawait late();');
    assert.equal(error?.evalue, 'too late');
    assert.deepEqual(error?.traceback.slice(2), [
      `    at late (cell [${first.reply.execution_count}], line 5, column 9)`,
      `    at async cell [${reply.execution_count}], line 2, column 1`,
    ]);
  });

  it('shows frames of tunebook by their TypeScript files', async () => {
    const { error } = await session.run(
      [
        "import { withDefaults } from '../dist/src/core/options';",
        "withDefaults('here', { get a(): number { throw new TypeError('inside'); } }, { a: 1 });",
      ].join('\n'),
    );
    assert.ok(
      error?.traceback.some((line) => /at .*withDefaults .*src\/core\/options\.ts:\d+:\d+/.test(line)),
      error?.traceback.join('\n'),
    );
  });

  it('that the user can fix (UserError) shows its message and the line of the cell', async () => {
    const { error } = await session.run(
      "import { withDefaults as fill } from '../dist/src/core/options';\nfill('train', { epoch: 3 } as {}, { epochs: 1 });",
    );
    assert.equal(error?.ename, 'UserError');
    assert.equal(error?.traceback.length, 3, error?.traceback.join('\n'));
    assert.match(error?.traceback[0] ?? '', /unknown option 'epoch'; the options are epochs/);
    assert.match(error?.traceback[2] ?? '', /line 2/);
  });

  it('of the compiler is an error output that points at the position', async () => {
    const { error, reply } = await session.run("const a = 1;\nconst rate: number = 'high';");
    assert.equal(reply.status, 'error');
    assert.equal(error?.ename, 'CompileError');
    assert.deepEqual(error?.traceback, [
      `TS2322 in cell [${reply.execution_count}], line 2, column 7: Type 'string' is not assignable to type 'number'.`,
      "2 | const rate: number = 'high';",
      '  |       ~~~~',
    ]);
  });

  it('that comes from a forgotten await says so', async () => {
    const { error } = await session.run('const late = Promise.resolve({ accuracy: 1 });\nlate.accuracy;');
    assert.match(error?.traceback[0] ?? '', /'accuracy' does not exist on type 'Promise</);
    assert.equal(error?.traceback[1], '  The call returns a promise: put `await` before it.');
  });

  it('shows its cause, and anything that is thrown', async () => {
    const { error } = await session.run("throw new Error('outer', { cause: new Error('inner') });");
    const lines = error?.traceback ?? [];
    assert.ok(lines.indexOf('Error: inner') > lines.indexOf('caused by'), lines.join('\n'));
    const thrown = await session.run('throw { code: 7 };');
    assert.equal(thrown.error?.evalue, '{ code: 7 }');
  });

  it('stops the cells that were sent together with it, but not one that is sent after its reply', async () => {
    const failing = await session.begin("throw new Error('first')");
    const along = await session.begin("console.log('must not run')");
    assert.equal((await failing.finished).reply.status, 'error');
    assert.equal((await along.finished).reply.status, 'aborted');
    assert.equal((await along.finished).stdout, '');
    const next = await session.run("console.log('runs')");
    assert.equal(next.stdout, 'runs\n');
  });

  it('lets the cells that were sent together with it run if errors are allowed', async () => {
    const options = { stop_on_error: false };
    const failing = await session.begin("throw new Error('first')", options);
    const along = await session.begin("console.log('runs')", options);
    assert.equal((await failing.finished).reply.status, 'error');
    assert.equal((await along.finished).stdout, 'runs\n');
  });

  it('in a promise that is never awaited, or in a timer, goes to stderr, and the kernel keeps running', async () => {
    const rejected = await session.run("Promise.reject(new Error('nobody awaits me'));\n'shown'");
    assert.equal(rejected.reply.status, 'ok');
    assert.match(rejected.stderr, /Unhandled rejection of a promise:\nError: nobody awaits me\n/);
    const timer = await session.run(
      "setTimeout(() => { throw new Error('in a timer'); }, 1);\nawait new Promise((done) => setTimeout(done, 100));",
    );
    assert.match(timer.stderr, /Uncaught error in the background:\nError: in a timer\n/);
    assert.match(timer.stderr, /line 1/);
    assert.equal((await session.run('1 + 1')).result?.['text/plain'], '2');
  });
});
