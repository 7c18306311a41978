import assert from 'node:assert/strict';
import { Session } from './session';

describe('the kernel', function () {
  this.timeout(60_000);
  let session: Session;
  before(async () => {
    session = await Session.start();
  });
  after(() => session?.stop());

  it('describes itself', async () => {
    const info = await session.ask('kernel_info_request', {});
    assert.equal(info.implementation, 'tslab');
    assert.equal(info.implementation_version, '1.0.22');
    const language = info.language_info as Record<string, string>;
    assert.equal(language.name, 'typescript');
    assert.equal(language.file_extension, '.ts');
  });

  it('completes names, counting characters as Jupyter does', async () => {
    await session.run('const accuracy = { validation: 1, training: 2 };');
    const code = "'😀'; accuracy.val";
    const reply = await session.ask('complete_request', { code, cursor_pos: [...code].length });
    assert.deepEqual(reply.matches, ['validation']);
    assert.deepEqual(
      [reply.cursor_start, reply.cursor_end],
      [14, 17].map((n) => n + 0),
    );
  });

  it('documents the name at the cursor, and the call whose arguments are being typed', async () => {
    await session.run('/** Multiply. */\nfunction times(a: number, b: number): number { return a * b; }');
    for (const [code, cursor] of [
      ['times', 3],
      ['times', 5],
      ['times(1, ', 9],
    ] as const) {
      const reply = await session.ask('inspect_request', { code, cursor_pos: cursor, detail_level: 0 });
      assert.equal(reply.found, true, code);
      assert.match((reply.data as Record<string, string>)['text/plain'] ?? '', /times\(a: number.*\n*.*Multiply/s);
    }
    const nothing = await session.ask('inspect_request', { code: '   ', cursor_pos: 1, detail_level: 0 });
    assert.equal(nothing.found, false);
  });

  it('documents names of Node, of packages and of JavaScript, and completes what is deprecated last', async () => {
    await session.run("import { readFileSync } from 'node:fs';\nimport { from } from 'arquero';");
    for (const [code, text] of [
      ['readFileSync', /Returns the contents of the `path`[\s\S]*- `path` filename/],
      ['from', /Create a new table from an existing object[\s\S]*\*\*Example\*\*/],
      ['"a".substring', /Returns the substring at the specified location/],
    ] as const) {
      const reply = await session.ask('inspect_request', { code, cursor_pos: code.length, detail_level: 0 });
      assert.match((reply.data as Record<string, string>)['text/markdown'] ?? '', text);
    }
    const reply = await session.ask('complete_request', { code: '"a".su', cursor_pos: 6 });
    assert.deepEqual(reply.matches, ['substring', 'sub', 'substr', 'sup']);
  });

  it('formats a docstring, and shows it as a page for ?name', async () => {
    await session.run(
      '/**\n * Multiply.\n * @param a the first factor\n * @returns the product\n */\nfunction product(a: number) { return a; }',
    );
    const reply = await session.ask('inspect_request', { code: 'product', cursor_pos: 3, detail_level: 0 });
    const { 'text/markdown': markdown } = reply.data as Record<string, string>;
    assert.equal(
      markdown,
      '```typescript\nfunction product(a: number): number\n```\n\nMultiply.\n\n- `a` the first factor\n\n**returns** the product',
    );
    for (const code of ['?product', 'product?', '?product()']) {
      const { payload } = (await session.run(code)).reply as {
        payload: { source: string; data: Record<string, string> }[];
      };
      assert.equal(payload[0]?.source, 'page');
      assert.equal(payload[0]?.data['text/markdown'], markdown);
    }
    const { payload } = (await session.run('?nowhere')).reply as { payload: { data: Record<string, string> }[] };
    assert.deepEqual(payload[0]?.data, { 'text/plain': "'nowhere' has no documentation, or is not defined." });
  });

  it('completes members of values that may be undefined, and paths of modules', async () => {
    const ask = async (code: string) =>
      (await session.ask('complete_request', { code, cursor_pos: code.length })).matches as string[];
    assert.deepEqual(await ask('[{ accuracy: 1 }].at(-1).acc'), ['accuracy']);
    assert.ok((await ask("import { Session } from './kernel/ses")).includes('session'));
    assert.ok((await ask('product({ a: [Math.sq')).includes('sqrt'), 'in a cell that is not complete');
  });

  it('distinguishes complete cells from incomplete ones', async () => {
    const status = async (code: string) => (await session.ask('is_complete_request', { code })).status;
    assert.equal(await status('const a = 1;'), 'complete');
    for (const code of ['function f() {', 'const a = `x', 'f(1,', '/* a', 'if (a) {\n  b;', 'const a =']) {
      assert.equal(await status(code), 'incomplete', code);
    }
    for (const code of ['const const = 1', 'a ) b']) assert.equal(await status(code), 'invalid', code);
  });

  it('answers while a cell is running, and its status remains busy', async () => {
    const running = await session.begin("console.log('on'); await new Promise((done) => setTimeout(done, 1000));");
    await running.printed('on');
    const reply = await session.ask('complete_request', { code: 'Mat', cursor_pos: 3 });
    assert.ok((reply.matches as string[]).includes('Math'));
    const { messages } = await running.finished;
    const states = messages.filter(({ type }) => type === 'status').map(({ content }) => content.execution_state);
    assert.deepEqual(states, ['busy', 'busy', 'idle']);
  });

  it('keeps a history', async () => {
    await session.run('12345');
    const reply = await session.ask('history_request', { hist_access_type: 'tail', n: 1, output: false, raw: true });
    assert.equal((reply.history as unknown[][])[0]?.[2], '12345');
  });

  it('restarts: variables are gone, numbers start at 1, imports work', async () => {
    await session.run('const gone = 1;');
    await session.restart();
    const { error, reply } = await session.run('gone');
    assert.equal(error?.ename, 'CompileError');
    assert.equal(reply.execution_count, 1);
    assert.equal((await session.run("import 'arquero'; 2")).result?.['text/plain'], '2');
  });

  it('ends soon when it is told to, even if timers are running', async () => {
    const other = await Session.start();
    await other.run('setInterval(() => {}, 50);');
    const began = Date.now();
    await other.stop();
    assert.ok(Date.now() - began < 3000, `took ${Date.now() - began} ms`);
  });
});
