import assert from 'node:assert/strict';
import { Session } from './session';

describe('a kernel that is asked to forget everything', function () {
  this.timeout(120_000);
  let session: Session;
  before(async () => {
    session = await Session.start();
  });
  after(() => session?.stop());
  const renew = () => session.ask('renew_request', {}, 'control');

  it('forgets values, types, modules and counts, and knows packages as before', async () => {
    await session.run('let value = 1; type Kept = { a: number }; globalThis.everywhere = 2;\n// @ts-nocheck');
    await session.run('/** @module helper */\nexport const helped = 3;');
    const before = Number((await session.run('process.pid')).result?.['text/plain']);
    assert.deepEqual(await renew(), { status: 'ok' });

    const first = await session.run("import { from } from 'arquero'; from([{ a: 1 }]).numRows()");
    assert.equal(first.result?.['text/plain'], '1');
    assert.equal(first.reply.execution_count, 1);
    assert.notEqual(Number((await session.run('process.pid')).result?.['text/plain']), before);
    assert.match((await session.run('value')).error?.evalue ?? '', /Cannot find name 'value'/);
    assert.match((await session.run('const kept: Kept = { a: 1 };')).error?.evalue ?? '', /Cannot find name 'Kept'/);
    assert.match((await session.run("import { helped } from './helper';")).error?.evalue ?? '', /Cannot find module/);
    assert.equal((await session.run("'everywhere' in globalThis")).result?.['text/plain'], 'false');
    const [text] = (await session.ask('complete_request', { code: 'hel', cursor_pos: 3 })).matches as string[];
    assert.notEqual(text, 'helped');
  });

  it('ends what the cells before had started', async () => {
    const { pid } = JSON.parse(
      (
        await session.run(
          "import { spawn } from 'node:child_process';\nprocess.on('exit', () => console.log('bye'));\nsetInterval(() => console.log('tick'), 20);\nconsole.log(JSON.stringify({ pid: process.pid }))",
        )
      ).stdout.split('\n')[0]!,
    ) as { pid: number };
    await renew();
    assert.throws(() => process.kill(pid, 0), /ESRCH/);
    const { stdout } = await session.run("await new Promise((next) => setTimeout(next, 100)); console.log('own')");
    assert.equal(stdout, 'own\n');
  });

  it('does so after a cell that failed and after an interruption, and as often as is asked for', async () => {
    for (let i = 0; i < 12; i++) {
      assert.match((await session.run("throw new Error('no')")).error?.evalue ?? '', /no/);
      assert.deepEqual(await renew(), { status: 'ok' });
    }
    const running = await session.begin("console.log('begun'); await new Promise(() => {});");
    await running.printed('begun');
    assert.match(String((await renew()).evalue), /a cell is running/);
    await session.interrupt();
    assert.equal((await running.finished).reply.status, 'error');
    assert.deepEqual(await renew(), { status: 'ok' });
    assert.equal((await session.run('1 + 1')).result?.['text/plain'], '2');
  });
});
