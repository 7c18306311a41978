import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { extract } from '../../../src/data/public';
import { temporaryFolder } from '../../folders';
import { type Entry, tarOf, tgzOf, zipOf } from './archives';

const limits = { bytes: 1_000_000, entries: 100 };
const makers = { 'tar.gz': tgzOf, tar: tarOf, zip: zipOf };

describe('extract', () => {
  /** Unpack into a new folder inside an otherwise empty one. */
  async function unpack(bytes: Buffer, given = limits) {
    const around = temporaryFolder();
    const archive = join(temporaryFolder(), 'archive');
    writeFileSync(archive, bytes);
    const folder = join(around, 'unpacked');
    const error = await extract(archive, folder, given).then(
      () => undefined,
      (reason: Error) => reason,
    );
    return { around, folder, error };
  }

  /** Checks that an archive is refused, and that nothing is left over inside or outside the folder. */
  async function refused(bytes: Buffer, why: RegExp, given = limits): Promise<void> {
    const { around, error } = await unpack(bytes, given);
    assert.match(error?.message ?? 'was unpacked', why);
    assert.equal(error?.name, 'UserError');
    assert.deepEqual(readdirSync(around), []);
  }

  for (const [kind, make] of Object.entries(makers)) {
    describe(`a ${kind}`, () => {
      it('unpacks files and folders', async () => {
        const content = Buffer.alloc(200_000, 'x');
        const entries: Entry[] = [
          { name: './', type: '5' },
          { name: 'a/', type: '5' },
          { name: 'a/1.jpg', content },
          { name: './b/deep/2.jpg', content: 'two' },
        ];
        const { folder, error } = await unpack(make(kind === 'zip' ? entries.slice(1) : entries));
        assert.equal(error, undefined);
        assert.ok(readFileSync(join(folder, 'a/1.jpg')).equals(content));
        assert.equal(readFileSync(join(folder, 'b/deep/2.jpg'), 'utf8'), 'two');
      });

      it('refuses names that lead out of the folder', async () => {
        const inside = { name: 'a/1.jpg', content: 'fine' };
        const out = /leads out of the folder|invalid relative path|absolute path|invalid characters/;
        for (const name of ['../evil', 'a/../../evil', '/tmp/tunebook-evil', 'a\\..\\..\\evil', 'C:/evil', 'a//b']) {
          await refused(make([inside, { name, content: 'evil' }]), out);
        }
        assert.ok(!existsSync('/tmp/tunebook-evil'));
      });

      it('refuses links', async () => {
        const link = { name: 'a', type: '2', linkTo: '/tmp' };
        await refused(make([link, { name: 'a/tunebook-evil', content: 'evil' }]), /neither a file nor a folder/);
        if (kind !== 'zip') await refused(make([{ ...link, type: '1' }]), /neither a file nor a folder/);
        assert.ok(!existsSync('/tmp/tunebook-evil'));
      });

      if (kind !== 'zip') {
        it('refuses devices and pipes', async () => {
          for (const type of ['3', '4', '6']) await refused(make([{ name: 'a', type }]), /neither a file nor a folder/);
        });
      }

      it('refuses a file where another entry has a folder', async () => {
        await refused(
          make([
            { name: 'a', content: 'x' },
            { name: 'a/b.jpg', content: 'x' },
          ]),
          /it contains a file twice|is damaged/,
        );
      });

      it('stops at its limits: bytes, whatever sizes the archive declares, and entries', async () => {
        const bomb = { name: 'bomb', content: Buffer.alloc(3_000_000) };
        assert.ok(kind === 'tar' || make([bomb]).length < 10_000);
        await refused(make([bomb]), /unpacks to more than 1 MB/);
        if (kind === 'zip') await refused(zipOf([{ ...bomb, claims: 10 }]), /damaged: .*(too many bytes|size)/);
        const parts = Array.from({ length: 4 }, (_, i) => ({ name: `${i}`, content: Buffer.alloc(300_000) }));
        await refused(make(parts), /unpacks to more than 1 MB/);
        const many = Array.from({ length: 101 }, (_, i) => ({ name: `${i}.jpg`, content: 'x' }));
        await refused(make(many), /more than 100 entries/);
      });

      it('refuses the same file twice', async () => {
        const twice = [1, 2].map((i) => ({ name: 'a.jpg', content: String(i) }));
        await refused(make(twice), /it contains a file twice/);
      });

      it('says that a truncated archive is damaged', async () => {
        const noise = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * i * 31 + (i >> 3)) % 251));
        const whole = make([
          { name: 'a.jpg', content: noise },
          { name: 'b.jpg', content: noise },
        ]);
        for (const part of [0.2, 0.6, 0.9]) {
          await refused(whole.subarray(0, Math.floor(part * whole.length)), /archive is damaged: /);
        }
      });
    });
  }

  it('writes nothing of a zip whose files are too large in total', async () => {
    const around = temporaryFolder();
    const archive = join(temporaryFolder(), 'archive');
    writeFileSync(archive, zipOf([1, 2, 3, 4].map((i) => ({ name: `${i}`, content: Buffer.alloc(300_000) }))));
    const written = new Set<string>();
    const watcher = watch(around, { recursive: true }, (_, name) => written.add(String(name)));
    await assert.rejects(extract(archive, join(around, 'unpacked'), limits), /unpacks to more than 1 MB/);
    await new Promise((resolve) => setTimeout(resolve, 50));
    watcher.close();
    assert.deepEqual(
      [...written].filter((name) => /[1-4]$/.test(name) && name.includes('/')),
      [],
    );
  });

  it('stops if a gzip contains far more than the files of its tar', async () => {
    const blocks = Buffer.concat([tarOf([{ name: 'a', content: 'x' }]), Buffer.alloc(20_000_000)]);
    await refused(gzipSync(blocks), /unpacks to more than 1 MB|damaged/, limits);
  });

  it('refuses a file that is not an archive, and a folder that exists', async () => {
    await refused(Buffer.from('<html>sign in to this network</html>'.repeat(30)), /archive is damaged: /);
    const folder = join(temporaryFolder(), 'there');
    mkdirSync(folder);
    writeFileSync(join(folder, 'x'), '');
    const archive = join(temporaryFolder(), 'archive');
    writeFileSync(archive, tarOf([{ name: 'a', content: 'b' }]));
    await assert.rejects(extract(archive, folder, limits));
    assert.deepEqual(readdirSync(folder), ['x']);
  });
});
