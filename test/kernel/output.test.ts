import assert from 'node:assert/strict';
import { Session } from './session';

describe('output of a cell', function () {
  this.timeout(60_000);
  let session: Session;
  before(async () => {
    session = await Session.start();
  });
  after(() => session?.stop());

  it('arrives completely if 2,000 lines are printed at once', async () => {
    const { stdout, reply } = await session.run('for (let i = 0; i < 2000; i++) console.log("line " + i);');
    assert.equal(reply.status, 'ok');
    const expected = Array.from({ length: 2000 }, (_, i) => `line ${i}`);
    assert.deepEqual(stdout.trimEnd().split('\n'), expected);
  });

  it('arrives completely if 2,000 displays are sent in one turn of the event loop', async () => {
    const { messages } = await session.run(
      "import { display } from 'tslab'; for (let i = 0; i < 2000; i++) display.text(String(i));",
    );
    const shown = messages.filter(({ type }) => type === 'display_data');
    assert.deepEqual(
      shown.map(({ content }) => (content.data as Record<string, string>)['text/plain']),
      Array.from({ length: 2000 }, (_, i) => String(i)),
    );
  });

  it('updates a display 600 times in place', async () => {
    const { messages } = await session.run(
      "import { newDisplay } from 'tslab'; const live = newDisplay(); for (let i = 0; i <= 600; i++) live.text(String(i));",
    );
    const updates = messages.filter(({ type }) => type === 'update_display_data');
    assert.equal(updates.length, 600);
    const ids = messages.map(({ content }) => (content.transient as { display_id?: string } | undefined)?.display_id);
    assert.equal(new Set(ids.filter(Boolean)).size, 1, 'all under one display_id');
    assert.deepEqual(updates.at(-1)?.content.data, { 'text/plain': '600' });
  });

  it('is removed by a cell, at once or when there is new output', async () => {
    const { messages } = await session.run(
      "import { display as shown } from 'tunebook'; console.log('a'); console.clear(); console.log('b'); shown.clearOutput({ wait: true });",
    );
    const order = messages.filter(({ type }) => type === 'stream' || type === 'clear_output');
    assert.deepEqual(
      order.map(({ content }) => content.text ?? content.wait),
      ['a\n', false, 'b\n', true],
    );
  });

  it('arrives while a busy cell is still running, not only at its end', async () => {
    const running = await session.begin(
      "console.log('early'); const end = Date.now() + 1500; while (Date.now() < end);",
    );
    const began = Date.now();
    await running.printed('early');
    assert.ok(Date.now() - began < 1000, `the first line took ${Date.now() - began} ms`);
    await running.finished;
  });

  it('keeps the order of stdout, stderr and displays', async () => {
    const { messages } = await session.run(
      "import { display } from 'tslab'; console.log('a'); console.error('b'); display.text('c'); console.log('d');",
    );
    const order = messages.filter(({ type }) => type === 'stream' || type === 'display_data');
    assert.deepEqual(
      order.map(({ type, content }) => (type === 'stream' ? `${content.name} ${content.text}` : 'display')),
      ['stdout a\n', 'stderr b\n', 'display', 'stdout d\n'],
    );
  });

  it('includes what libraries write to process.stdout and to the file descriptor, even if a character arrives in two parts', async () => {
    const { stdout } = await session.run(
      [
        "import { writeSync } from 'node:fs';",
        "const face = Buffer.from('😀');",
        'process.stdout.write(face.subarray(0, 2)); process.stdout.write(face.subarray(2));',
        "await new Promise<void>((done) => process.stdout.write('|written|', () => done()));",
        "writeSync(1, 'direct');",
      ].join('\n'),
    );
    assert.equal(stdout, '😀|written|direct');
  });

  it('of a timer belongs to the cell that started it, even if another one is running', async () => {
    const first = await session.run("setTimeout(() => console.log('from the first'), 200);");
    const second = await session.run(
      "await new Promise((done) => setTimeout(done, 500)); console.log('from the second');",
    );
    assert.equal(first.stdout, '');
    assert.equal(second.stdout, 'from the second\n');
  });

  it('numbers the cells, in execute_input and in the reply', async () => {
    const first = await session.run('1');
    const second = await session.run('2');
    const count = Number(first.reply.execution_count);
    assert.equal(second.reply.execution_count, count + 1);
    const input = second.messages.find(({ type }) => type === 'execute_input');
    assert.deepEqual(input?.content, { code: '2', execution_count: count + 1 });
    assert.deepEqual(
      second.messages.map(({ type }) => type),
      ['status', 'execute_input', 'execute_result', 'status'],
    );
  });

  it('gives no number to a silent cell', async () => {
    const before = await session.run('1');
    const silent = await session.run('console.log(1); 2', { silent: true });
    const next = await session.run('3');
    assert.equal(silent.result, undefined);
    assert.equal(next.reply.execution_count, Number(before.reply.execution_count) + 1);
  });
});
