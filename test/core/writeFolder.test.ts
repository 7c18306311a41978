import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFolder, writeFolderSync } from '../../src/core/writeFolder';
import { temporaryFolder } from '../folders';

const compiled = JSON.stringify(join(__dirname, '..', '..', 'src', 'core', 'writeFolder.js'));

/** A process that has begun to write a folder, and would go on for a minute. `more` is run before. */
async function beginWriting(folder: string, more = '') {
  const script = `
    ${more}
    require(${compiled}).writeFolder(${JSON.stringify(folder)}, async (temporary) => {
      require('node:fs').writeFileSync(require('node:path').join(temporary, 'half'), '');
      process.stdout.write('begun');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  return child;
}

describe('writeFolder', function () {
  this.timeout(30_000);

  it('shows the folder when it is complete, and returns what the work returns', async () => {
    const place = temporaryFolder();
    const seen = await writeFolder(join(place, 'run'), async (temporary) => {
      writeFileSync(join(temporary, 'config.json'), '{}');
      return readdirSync(place).includes('run');
    });
    assert.equal(seen, false);
    assert.deepEqual([readdirSync(place), readdirSync(join(place, 'run'))], [['run'], ['config.json']]);
    assert.equal(process.listenerCount('SIGINT'), 0);
  });

  it('leaves nothing after an error', async () => {
    const place = temporaryFolder();
    await assert.rejects(
      writeFolder(join(place, 'run'), async () => {
        throw new Error('no space');
      }),
      /no space/,
    );
    assert.deepEqual(readdirSync(place), []);
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`leaves nothing when ${signal} ends the process, which ends as without it`, async () => {
      const place = temporaryFolder();
      const child = await beginWriting(join(place, 'run'));
      assert.equal(readdirSync(place).length, 1);
      child.kill(signal);
      assert.deepEqual(await once(child, 'exit'), [null, signal]);
      assert.deepEqual(readdirSync(place), []);
    });
  }

  it('leaves it to other listeners whether a signal ends the process, and then leaves nothing either', async () => {
    const place = temporaryFolder();
    const child = await beginWriting(
      join(place, 'run'),
      `let count = 0; process.on('SIGINT', () => { if (++count === 2) process.exit(7); process.stdout.write('asked'); });`,
    );
    child.kill('SIGINT');
    await once(child.stdout!, 'data');
    assert.equal(readdirSync(place).length, 1);
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'exit'), [7, null]);
    assert.deepEqual(readdirSync(place), []);
  });
});

describe('writeFolderSync', function () {
  this.timeout(30_000);

  it('shows the folder when it is complete, and leaves nothing after an error', () => {
    const place = temporaryFolder();
    const count = writeFolderSync(join(place, 'course'), (temporary) => {
      writeFileSync(join(temporary, '01.ipynb'), '{}');
      return readdirSync(place).filter((name) => name === 'course').length;
    });
    assert.equal(count, 0);
    assert.throws(
      () =>
        writeFolderSync(join(place, 'other'), () => {
          throw new Error('no space');
        }),
      /no space/,
    );
    assert.deepEqual([readdirSync(place), readdirSync(join(place, 'course'))], [['course'], ['01.ipynb']]);
  });

  it('finishes the folder when a signal comes meanwhile, which ends the process then', async () => {
    const place = temporaryFolder();
    const [folder, go] = [join(place, 'course'), join(place, 'go')];
    const script = `
      const { existsSync, writeFileSync, writeSync } = require('node:fs');
      require(${compiled}).writeFolderSync(${JSON.stringify(folder)}, (temporary) => {
        writeSync(1, 'begun');
        while (!existsSync(${JSON.stringify(go)}));
        writeFileSync(temporary + '/01.ipynb', '{}');
      });
      setTimeout(() => {}, 60_000);`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout!, 'data');
    child.kill('SIGINT');
    writeFileSync(go, '');
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGINT']);
    assert.deepEqual(readdirSync(place).sort(), ['course', 'go']);
    assert.deepEqual(readdirSync(folder), ['01.ipynb']);
  });
});
