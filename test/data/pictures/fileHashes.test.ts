import assert from 'node:assert/strict';
import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../../src/core/files';
import { decodeAll, type Example, knownPicture, readPicture } from '../../../src/data';
import { temporaryFolder } from '../../folders';
import { stripes, writePicture } from '../../pictures';

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const resize = { inputSize: 32, crop: 1, interpolation: 'bilinear' } as const;

describe('the hash of a picture that was read before', function () {
  this.timeout(30_000);
  const folder = temporaryFolder();
  const named = (name: string): Example => ({ file: join(folder, name), label: 0 });
  const names = ['same.png', 'changed.png', 'removed.png'];

  before(async () => {
    for (const name of names) writePicture(named(name).file, await stripes('red', 1));
    await sleep(2100); // a file that has just been written is not believed
  });

  it('is known without reading it again, with each way of reading its own', async () => {
    const example = named('same.png');
    assert.equal(await knownPicture(example), undefined);
    const { hash } = await readPicture(example);
    assert.equal(await knownPicture(example), hash);
    const reading = { fit: 'pad' } as const;
    assert.equal(await knownPicture({ ...example, reading }), (await readPicture({ ...example, reading })).hash);
    const seen: string[] = [];
    for await (const { known } of decodeAll([example], resize, (each) => seen.push(each))) assert.equal(known, 1);
    assert.deepEqual(seen, [hash]);
  });

  it('is not believed when the content changed, even with the old size and time', async () => {
    const example = named('changed.png');
    const { file } = example;
    const before = (await readPicture(example)).hash;
    const { atime, mtime, size } = statSync(file);
    writeFileSync(file, Buffer.alloc(size));
    utimesSync(file, atime, mtime);
    assert.equal(await knownPicture(example), undefined);
    const after = (await readPicture(example)).hash;
    assert.deepEqual([after === before, after], [false, sha256(Buffer.alloc(size))]);
  });

  it('is not kept of a file that was just written, as it may be written again within the same tick of the clock', async () => {
    const example = named('new.png');
    writePicture(example.file, await stripes('red', 1));
    await readPicture(example);
    assert.equal(await knownPicture(example), undefined);
  });

  it('is unknown of a file that is gone', async () => {
    const example = named('removed.png');
    await readPicture(example);
    rmSync(example.file);
    assert.equal(await knownPicture(example), undefined);
  });
});
