import assert from 'node:assert/strict';
import { Session } from './session';

describe('a variable of an earlier cell', function () {
  this.timeout(60_000);
  let session: Session;
  before(async () => {
    session = await Session.start();
    await session.run('let seed = 1;\nconst other = 2;');
    await session.run('await 0;'); // an asynchronous cell between them
  });
  after(() => session?.stop());

  const text = async (code: string) => {
    const { result, error } = await session.run(code);
    return error ? `${error.ename}: ${error.evalue}` : result?.['text/plain'];
  };

  it('may be used as a shorthand property', async () => {
    assert.equal(await text('({ seed, other })'), '{ seed: 1, other: 2 }');
    assert.equal(await text('[0].map(() => ({ seed }))'), '[ { seed: 1 } ]');
    assert.equal(
      await text('JSON.stringify({ a: { seed, deep: [{ other }] } })'),
      '{"a":{"seed":1,"deep":[{"other":2}]}}',
    );
  });

  it('is hidden by a local variable of the same name', async () => {
    assert.equal(await text('((seed: number) => ({ seed, other }))(5)'), '{ seed: 5, other: 2 }');
    assert.equal(await text('(({ seed }) => ({ seed }))({ seed: 3 })'), '{ seed: 3 }');
  });

  it('can be assigned by destructuring', async () => {
    assert.equal(await text('({ seed } = { seed: 9 });\nseed'), '9');
  });

  it('may be an import', async () => {
    await session.run("import { from } from 'arquero';");
    assert.equal(await text('typeof { from }.from'), 'function');
  });
});
