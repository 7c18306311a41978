import assert from 'node:assert/strict';
import { type Running, Session } from './session';

describe('the stop button', function () {
  this.timeout(60_000);
  let session: Session;
  before(async () => {
    session = await Session.start();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.restart(); // the next test should not find what this one left
  });
  after(() => session?.stop());

  async function interruptAt(running: Running, text: string) {
    await running.printed(text);
    await session.interrupt();
  }

  async function nextCellRuns() {
    assert.equal((await session.run("console.log('next'); 1 + 1")).stdout, 'next\n');
  }

  it('ends a busy loop with an error', async () => {
    const running = await session.begin("console.log('on'); for (;;);");
    await interruptAt(running, 'on');
    assert.equal((await running.finished).error?.ename, 'KeyboardInterrupt');
    await nextCellRuns();
  });

  it('ends an await with an error', async () => {
    const running = await session.begin("console.log('on'); await new Promise(() => {});");
    await interruptAt(running, 'on');
    assert.equal((await running.finished).error?.ename, 'KeyboardInterrupt');
    await nextCellRuns();
  });

  it('cancels the cells that wait for the interrupted one', async () => {
    const running = await session.begin("console.log('on'); await new Promise(() => {});");
    const behind = await session.begin("console.log('behind')");
    await interruptAt(running, 'on');
    assert.equal((await behind.finished).reply.status, 'aborted');
    await nextCellRuns();
  });

  it('lets training finish its batch, keeps its result and continues with the next cells', async () => {
    const running = await session.begin(
      [
        "import { withStop } from '../dist/src/core/stop';",
        'let batches = 0;',
        'const learned = await withStop(async (shouldStop) => {',
        '  while (!shouldStop()) {',
        "    if (++batches === 3) console.log('third batch');",
        '    await new Promise((done) => setTimeout(done, 20));',
        '  }',
        '  return batches;',
        '});',
        "console.log('kept', learned === batches && learned >= 3);",
      ].join('\n'),
    );
    const behind = await session.begin("console.log('behind', learned === batches)");
    await interruptAt(running, 'third batch');
    const { stdout, reply } = await running.finished;
    assert.equal(reply.status, 'ok', JSON.stringify(reply));
    assert.match(stdout, /kept true/);
    assert.match(stdout, /Stopping after the current step/);
    assert.equal((await behind.finished).stdout, 'behind true\n');
  });

  it('works again in the next training cell', async () => {
    const train = [
      "console.log('on');",
      'await withStop(async (shouldStop) => {',
      '  for (let i = 0; i < 200 && !shouldStop(); i++) await new Promise((done) => setTimeout(done, 10));',
      '  console.log(shouldStop());',
      '});',
    ].join('\n');
    await session.run("import { withStop } from '../dist/src/core/stop';");
    const first = await session.begin(train);
    await interruptAt(first, 'on');
    assert.match((await first.finished).stdout, /\ntrue\n$/);
    const second = await session.begin(train.replace('200', '20'));
    assert.equal((await second.finished).stdout, 'on\nfalse\n');
  });

  it('ends work that does not stop by itself when pressed twice, and sets the stop flag of the abandoned work', async () => {
    const running = await session.begin(
      [
        "import { withStop } from '../dist/src/core/stop';",
        'let seen = false;',
        'await withStop(async (shouldStop) => {',
        "  console.log('on');",
        '  await new Promise((done) => setTimeout(done, 1500));',
        '  globalThis.toldToStop = shouldStop();',
        '});',
      ]
        .join('\n')
        .replace('globalThis.toldToStop', '(globalThis as Record<string, unknown>).toldToStop'),
    );
    await interruptAt(running, 'on');
    await running.printed('Press stop again');
    await session.interrupt();
    assert.equal((await running.finished).error?.ename, 'KeyboardInterrupt');
    const { stdout } = await session.run(
      'await new Promise((done) => setTimeout(done, 2000)); console.log((globalThis as Record<string, unknown>).toldToStop);',
    );
    assert.equal(stdout, 'true\n');
  });

  it('works at the moment when a cell changes from running to waiting', async () => {
    for (let i = 0; i < 40; i++) {
      const running = await session.begin("console.log('on'); await new Promise(() => {});");
      await interruptAt(running, 'on');
      assert.equal((await running.finished).error?.ename, 'KeyboardInterrupt');
    }
    await nextCellRuns();
  });

  it('lets training finish its first batch, even if the cell has not awaited anything before', async () => {
    const running = await session.begin(
      [
        "import { withStop } from '../dist/src/core/stop';",
        'const kept = await withStop(async (shouldStop) => {',
        "  console.log('first batch');",
        '  for (const end = Date.now() + 500; Date.now() < end; );',
        '  await new Promise(setImmediate); await new Promise((done) => setTimeout(done, 100));',
        '  return shouldStop();',
        '});',
        'kept',
      ].join('\n'),
    );
    await interruptAt(running, 'first batch');
    assert.equal((await running.finished).result?.['text/plain'], 'true');
  });

  it('between cells does nothing', async () => {
    await session.run('1');
    await session.interrupt();
    await new Promise((next) => setTimeout(next, 300)); // time for the signal to arrive
    await nextCellRuns();
  });

  it('works as a message on the control channel, too', async () => {
    const running = await session.begin("console.log('on'); await new Promise(() => {});");
    await running.printed('on');
    assert.deepEqual(await session.ask('interrupt_request', {}, 'control'), { status: 'ok' });
    assert.equal((await running.finished).error?.ename, 'KeyboardInterrupt');
  });

  // the last, as it leaves a listener behind
  it('still works if a cell listens for SIGINT itself, or removes all listeners', async () => {
    await session.run("process.on('SIGINT', () => console.log('heard'));");
    const running = await session.begin(
      "await new Promise((next) => setTimeout(next, 50)); console.log('on'); await new Promise(() => {});",
    );
    await interruptAt(running, 'on');
    assert.match((await running.finished).stdout, /heard/);
    await session.run("process.removeAllListeners('SIGINT');");
    const second = await session.begin("console.log('on'); await new Promise(() => {});");
    await interruptAt(second, 'on');
    assert.equal((await second.finished).error?.ename, 'KeyboardInterrupt');
    const busy = await session.begin("process.on('SIGINT', () => {}); console.log('on'); for (;;);");
    await interruptAt(busy, 'on');
    assert.equal((await busy.finished).error?.ename, 'KeyboardInterrupt');
    await nextCellRuns();
    assert.equal(await session.alive(), true);
  });
});
