import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sha256 } from '../../../src/core/files';
import { projectFolder } from '../../../src/core/paths';
import { splitDataset, unlabelledFolder } from '../../../src/data';
import { datasetFolder, openDataset, unpackedIfArchive } from '../../../src/data/public';
import { fingerprint } from '../../../src/study/plan';
import { LocalPictures } from '../../../src/study/queue/pictures';
import { temporaryFolder, withEmptyCache } from '../../folders';
import { type Entry, tarOf, tgzOf, zipOf } from './archives';

const pictures = (...names: string[]): Entry[] => names.map((name) => ({ name, content: `picture ${name}` }));
const PHOTOS = pictures('photos/cat/1.jpg', 'photos/cat/2.jpg', 'photos/dog/1.jpg', 'photos/dog/2.jpg');
const noise = () => Buffer.from(Array.from({ length: 100 }, (_, i) => sha256(`${i}`)).join(''), 'hex');
const makers = { 'photos.zip': zipOf, 'photos.tar': tarOf, 'photos.tar.gz': tgzOf, 'photos.tgz': tgzOf };

/** A tar with a damaged second header, which ends within its third file. */
function wrongHeader(): Buffer {
  const content = tarOf(['cat/1.jpg', 'cat/2.jpg', 'dog/1.jpg'].map((name) => ({ name, content: 'x'.repeat(300) })));
  content[1024]! ^= 1;
  return content.subarray(0, 2 * 1024 + 512 + 100);
}

/** Write an archive into a folder of its own. */
function archive(name: string, content: Buffer): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

/** Open a dataset, and keep what the listener is told. */
async function opened(file: string, options: object = {}) {
  const messages: string[] = [];
  const dataset = await openDataset(file, { ...options, listener: { onMessage: (text) => messages.push(text) } });
  return { ...dataset, messages };
}

describe('openDataset with an archive', () => {
  for (const [name, make] of Object.entries(makers)) {
    it(`reads ${name} as the folder in it`, () =>
      withEmptyCache(async (cache) => {
        const file = archive(name, make(PHOTOS));
        const { classes, examples, folder, messages } = await opened(file);
        assert.deepEqual(classes, ['cat', 'dog']);
        assert.equal(examples.length, 4);
        assert.ok(examples.every((example) => example.file.startsWith(join(cache, 'unpacked/'))));
        assert.ok(folder.startsWith(join(cache, 'unpacked', sha256(make(PHOTOS)))));
        assert.match(messages[0]!, new RegExp(`^unpacking ${name} into the cache, .*, where it is kept`));
        assert.ok(!messages.slice(1).join().includes(cache), messages.join('\n'));
        assert.equal(messages[1], `${name}: the dataset is 'photos', the only folder in '${name}' with class folders`);
        assert.deepEqual(readdirSync(join(file, '..')), [name]); // nothing beside it
      }));
  }

  it('unpacks the same content once, whatever its name is', () =>
    withEmptyCache(async (cache) => {
      const first = await opened(archive('photos.zip', zipOf(PHOTOS)));
      const times = first.examples.map(({ file }) => statSync(file).ctimeMs);
      const second = await opened(archive('copy.zip', zipOf(PHOTOS)));
      assert.ok(!second.messages.some((text) => text.startsWith('unpacking')));
      assert.deepEqual(
        second.examples.map(({ file }) => statSync(file).ctimeMs),
        times,
      );
      await opened(archive('photos.zip', zipOf(PHOTOS.slice(1).concat(pictures('photos/cat/3.jpg')))));
      assert.equal(readdirSync(join(cache, 'unpacked')).length, 2);
    }));

  it('unpacks once in two processes at the same time', () =>
    withEmptyCache(async () => {
      const many = Array.from({ length: 300 }, (_, i) => ({
        name: `${i % 2 ? 'cat' : 'dog'}/${i}.jpg`,
        content: `${i}`,
      }));
      const file = archive('many.zip', zipOf(many));
      const main = join(projectFolder, 'dist', 'src', 'data', 'public');
      const script = `require(${JSON.stringify(main)}).openDataset(process.argv[1], { listener: { onMessage: console.log } })
        .then(({ examples }) => console.log('pictures', examples.length), (error) => console.log(error.message))`;
      const outputs = await Promise.all(
        [1, 2, 3].map(
          () =>
            new Promise<string>((done) => {
              const child = spawn(process.execPath, ['-e', script, file]);
              let output = '';
              child.stdout.on('data', (text) => (output += text));
              child.on('close', () => done(output));
            }),
        ),
      );
      for (const output of outputs) assert.match(output, /^pictures 300$/m);
      assert.equal(outputs.filter((output) => /^unpacking many\.zip/m.test(output)).length, 1);
    })).timeout(60_000);

  it('takes parts, options for folders, and what systems add to archives', () =>
    withEmptyCache(async () => {
      const parts = zipOf([
        ...pictures('x/train/fruit/apple/1.jpg', 'x/train/fruit/pear/1.jpg', 'x/test/fruit/apple/2.jpg'),
        ...pictures('__MACOSX/x/train/fruit/._1.jpg', 'x/.DS_Store', 'x/Thumbs.db'),
      ]);
      const { classes, examples } = await opened(archive('fruit.zip', parts), { classes: 'leaf' });
      assert.deepEqual(classes, ['apple', 'pear']);
      assert.deepEqual(examples.map(({ subset }) => subset).sort(), ['test', 'train', 'train']);
      const windows = zipOf(pictures('cat\\1.jpg', 'cat\\2.jpg', 'dog\\1.jpg'));
      assert.deepEqual((await opened(archive('windows.zip', windows))).classes, ['cat', 'dog']);
    }));

  it('reads names in UTF-8, also from a Mac, which does not say so', () =>
    withEmptyCache(async () => {
      const names = ['Ka\u0308se/1.jpg', 'Ka\u0308se/2.jpg', '\u8336/1.jpg'];
      for (const make of [zipOf, tgzOf]) {
        const { classes } = await opened(archive('a', make(pictures(...names))));
        assert.deepEqual(classes, ['K\u00e4se', '\u8336']);
      }
    }));

  it('recognizes an archive by its content, not by its name', () =>
    withEmptyCache(async () => {
      assert.equal((await opened(archive('photos', tgzOf(PHOTOS)))).examples.length, 4);
      assert.equal((await opened(archive('photos.zip', tarOf(PHOTOS)))).examples.length, 4);
    }));

  it('reads a table that is in it', () =>
    withEmptyCache(async () => {
      const table = 'file,label,split\n1.jpg,cat,train\n2.jpg,dog,train\n3.jpg,cat,val\n';
      const content = zipOf([
        ...pictures('k/images/1.jpg', 'k/images/2.jpg', 'k/images/3.jpg'),
        { name: 'k/labels.csv', content: table },
      ]);
      const { classes, examples } = await opened(archive('k.zip', content));
      assert.deepEqual(classes, ['cat', 'dog']);
      assert.deepEqual(
        examples.map(({ subset }) => subset),
        ['train', 'train', 'validation'],
      );
    }));

  const hostile: [what: string, content: Buffer, why: RegExp][] = [
    [
      'a path out of its folder',
      zipOf([...PHOTOS, { name: '../../../../evil.jpg', content: 'x' }]),
      /invalid relative path|leads out of the folder/,
    ],
    [
      'an absolute path',
      tgzOf([...PHOTOS, { name: '/tmp/tunebook-evil.jpg', content: 'x' }]),
      /leads out of the folder/,
    ],
    [
      'a symbolic link',
      tgzOf([...PHOTOS, { name: 'photos/cat/3.jpg', type: '2', linkTo: '/etc/passwd' }]),
      /'photos\/cat\/3\.jpg' is neither a file nor a folder, but a link or a device/,
    ],
    [
      'a hard link',
      tarOf([...PHOTOS, { name: 'photos/cat/3.jpg', type: '1', linkTo: '/etc/passwd' }]),
      /but a link or a device/,
    ],
    ['a device', tarOf([...PHOTOS, { name: 'photos/cat/zero.jpg', type: '3' }]), /but a link or a device/],
    ['the same name twice', zipOf([...PHOTOS, PHOTOS[0]!]), /contains a file twice/],
    [
      'a password',
      zipOf(PHOTOS.map((entry) => ({ ...entry, encrypted: true }))),
      /is encrypted: unpack it with its password/,
    ],
    [
      'an unknown compression',
      zipOf(PHOTOS.map((entry) => ({ ...entry, method: 9 }))),
      /compressed by method 9, which is not read/,
    ],
    [
      'far more than fits into it',
      zipOf([...PHOTOS, { name: 'photos/cat/big.jpg', content: Buffer.alloc(80_000_000) }]),
      /unpacks to more than 64 MB, 100 times its size/,
    ],
    [
      'folders inside each other',
      zipOf([...PHOTOS, { name: `${'d/'.repeat(70)}1.jpg`, content: 'x' }]),
      /is in more than 64 folders/,
    ],
    [
      'a name that is too long',
      zipOf([...PHOTOS, { name: `photos/cat/${'x'.repeat(300)}.jpg`, content: 'x' }]),
      /has a name of more than 255 bytes/,
    ],
    [
      'names that are not UTF-8',
      tarOf([...PHOTOS, { name: '', raw: Buffer.from('B\xe4ren/1.jpg', 'latin1'), content: 'x' }]),
      /the name 'B\ufffdren\/1\.jpg' is not UTF-8: make the archive again/,
    ],
    ['a wrong header before a file that is cut short', wrongHeader(), /is damaged: .*checksum failure/],
    ['half of its bytes', zipOf(PHOTOS).subarray(0, 300), /is damaged: /],
    [
      'half of its compressed bytes',
      tgzOf(PHOTOS.map((entry) => ({ ...entry, content: noise() }))).subarray(0, 500),
      /is damaged: /,
    ],
    [
      'another archive only',
      zipOf([{ name: 'photos.tar', content: tarOf(PHOTOS) }]),
      /no subfolder with pictures.* contains 'photos\.tar', another archive: unpack/,
    ],
    ['no file', zipOf([]), /no subfolder with pictures/],
  ];
  for (const [what, content, why] of hostile) {
    it(`says in one line what is wrong with one that has ${what}`, () =>
      withEmptyCache(async (cache) => {
        const file = archive('bad.zip', content);
        const error = (await openDataset(file).catch((reason: unknown) => reason)) as Error;
        assert.equal(error.name, 'UserError', String(error.stack));
        assert.match(error.message, why);
        assert.match(error.message, /bad\.zip/);
        assert.ok(!error.message.includes('\n') && !error.message.includes(cache), error.message);
        const left = existsSync(join(cache, 'unpacked')) ? readdirSync(join(cache, 'unpacked')) : [];
        assert.deepEqual(
          left.filter((name) => !/^[0-9a-f]{64}$/.test(name)),
          [],
        );
        assert.ok(!existsSync('/tmp/tunebook-evil.jpg'));
        assert.deepEqual(readdirSync(join(file, '..')), ['bad.zip']);
      }));
  }

  it('says what to do with other kinds of files', () =>
    withEmptyCache(async () => {
      const refused = (name: string, content: Buffer, why: RegExp) =>
        assert.rejects(openDataset(archive(name, content)), (error: Error) => {
          assert.match(error.message, why);
          return error.name === 'UserError';
        });
      await refused(
        'a.7z',
        Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 0]),
        /'a\.7z' is a 7z archive, which is not read: unpack it, or make/,
      );
      await refused('a.rar', Buffer.from('Rar!\x1a\x07\0'), /a RAR archive/);
      await refused('a.csv.gz', gzipSync('file,label\n1.jpg,cat\n'), /contains no tar archive: unpack it with gunzip/);
      await refused(
        'labels.xlsx',
        zipOf([{ name: 'xl/workbook.xml', content: '<x/>' }]),
        /is a spreadsheet: save it as CSV/,
      );
      await refused('cat.jpg', Buffer.from('x'), /is one picture: give a folder of pictures, a table/);
      await refused('model.onnx', Buffer.from('x'), /is a file of a kind that is not read: give a folder/);
      await assert.rejects(
        openDataset('/no/such/photos.zip'),
        /^UserError: no file '\/no\/such\/photos\.zip': check the path of the table or archive$/,
      );
    }));

  it('is found by a worker below its folder, and read from the cache', () =>
    withEmptyCache(async () => {
      const file = archive('photos.zip', zipOf(PHOTOS));
      const dataset = await openDataset(file);
      const study = { data: file, dataFingerprint: fingerprint(dataset) };
      const inside = new LocalPictures([join(file, '..')], () => {});
      assert.deepEqual(await inside.find(study), { found: 'here', data: file });
      const elsewhere = temporaryFolder();
      assert.notEqual((await new LocalPictures([elsewhere], () => {}).find(study)).found, 'here');
    }));

  it('gives its folder in the cache to a report and to predictions', () =>
    withEmptyCache(async () => {
      const file = archive('photos.zip', zipOf(PHOTOS));
      const { folder, examples } = await openDataset(file);
      assert.equal(await datasetFolder(file, {}), folder);
      const inside = await unpackedIfArchive(file, {});
      assert.deepEqual(
        unlabelledFolder(inside).unlabelled.map((picture) => picture.file),
        examples.map((example) => example.file),
      );
      for (const other of [folder, examples[0]!.file, '/no/such.zip'])
        assert.equal(await unpackedIfArchive(other, {}), other);
      const table = join(file, '..', 'list.csv');
      writeFileSync(table, 'file,label\n');
      assert.equal(await datasetFolder(table, {}), join(file, '..'));
      assert.equal(await datasetFolder(folder, {}), folder);
    }));

  it('gives the same split in every cache, as names are relative to its content', () =>
    withEmptyCache(async () => {
      const file = archive('photos.zip', zipOf(PHOTOS));
      const names = async () => {
        const dataset = await openDataset(file);
        return splitDataset(dataset, { seed: 3 }).validation.map((example) => relative(dataset.folder, example.file));
      };
      const first = await names();
      assert.deepEqual(await withEmptyCache(names), first);
    }));
});
