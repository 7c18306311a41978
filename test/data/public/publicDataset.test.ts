import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../../src/core/files';
import { type PublicDatasetEntry, publicDataset, publicDatasets } from '../../../src/data/public';
import { fetchDataset } from '../../../src/data/public/publicDataset';
import { withEmptyCache } from '../../folders';
import { type ServeOptions, serve, type TestServer } from '../../server';
import { type Entry, tgzOf, zipOf } from './archives';

const noise = () => randomBytes(40_000);
const folders = zipOf([
  { name: 'pets/train/cat/1.jpg', content: noise() },
  { name: 'pets/train/dog/1.jpg', content: noise() },
  { name: 'pets/val/cat/2.jpg', content: noise() },
]);

describe('publicDataset', () => {
  let server: TestServer | undefined;
  afterEach(() => server?.close());

  async function entryFor(content: Buffer, options: ServeOptions = {}): Promise<PublicDatasetEntry> {
    server = await serve(() => content, options);
    return {
      name: 'tiny',
      title: 'Tiny: a test',
      pictures: 3,
      classes: 2,
      licence: 'CC0-1.0',
      source: 'this test',
      archives: [{ address: `${server.address}/tiny.zip`, bytes: folders.length, sha256: sha256(folders) }],
      layout: { kind: 'folder', folder: 'pets' },
    };
  }

  it('downloads, checks, unpacks and reads a dataset once, and says its licence', () =>
    withEmptyCache(async (cache) => {
      const entry = await entryFor(folders);
      const messages: string[] = [];
      const done: number[] = [];
      const listener = {
        onMessage: (text: string) => messages.push(text),
        onProgress: (progress: { done: number }) => done.push(progress.done),
      };
      const { classes, examples } = await fetchDataset(entry, { listener });
      assert.deepEqual(classes, ['cat', 'dog']);
      assert.deepEqual(
        examples.map(({ subset }) => subset),
        ['train', 'train', 'validation'],
      );
      assert.match(messages[0]!, /Tiny: a test\. Licence: CC0-1\.0/);
      assert.equal(done.at(-1), folders.length);
      assert.deepEqual(readdirSync(join(cache, 'downloads')), []);
      await fetchDataset(entry);
      assert.equal(server!.requests.length, 1);
    }));

  it('is downloaded once if two callers request it at the same time', () =>
    withEmptyCache(async (cache) => {
      const entry = await entryFor(folders, { delay: 100 });
      const abandoned = join(cache, 'datasets', '.tiny.1.abcd.tmp'); // left over from a process that was killed
      mkdirSync(join(abandoned, '0'), { recursive: true });
      const both = await Promise.all([fetchDataset(entry), fetchDataset(entry)]);
      assert.deepEqual(
        both.map(({ examples }) => examples.length),
        [3, 3],
      );
      assert.equal(server!.requests.length, 1);
      assert.deepEqual(readdirSync(join(cache, 'datasets')), ['tiny']);
    }));

  it('continues after a broken connection', () =>
    withEmptyCache(async () => {
      const entry = await entryFor(folders, { breaks: [30_000], etag: '"1"' });
      assert.equal((await fetchDataset(entry)).examples.length, 3);
      assert.deepEqual(
        server!.requests.map(({ from }) => from),
        [0, 30_000],
      );
    }));

  it('refuses a file with another content or size, and keeps nothing of it', () =>
    withEmptyCache(async (cache) => {
      const other = Buffer.from(folders);
      other[5000]! ^= 1;
      await assert.rejects(
        fetchDataset(await entryFor(other)),
        /Tiny is not available: .*is not the tiny-tiny\.zip that was expected/s,
      );
      server!.close();
      const { archives, ...entry } = await entryFor(Buffer.concat([folders, Buffer.from('more')]));
      const unknown = { ...entry, archives: [{ ...archives[0]!, sha256: undefined }] };
      await assert.rejects(fetchDataset(unknown), /more than the \d+ bytes that were expected/);
      server!.close();
      const short = await entryFor(folders.subarray(0, 90_000));
      const shortened = { ...short, archives: [{ ...short.archives[0]!, sha256: undefined }] };
      await assert.rejects(fetchDataset(shortened), /has 90000 bytes, expected/);
      assert.ok(!existsSync(join(cache, 'datasets', 'tiny')));
    }));

  it('stores the hash of an archive without a published hash', () =>
    withEmptyCache(async (cache) => {
      const known = await entryFor(folders);
      const entry = { ...known, archives: [{ ...known.archives[0]!, sha256: undefined }] };
      await fetchDataset(entry);
      rmSync(join(cache, 'datasets', 'tiny'), { recursive: true });
      server!.close();
      const other = Buffer.from(folders);
      other[5000]! ^= 1;
      const changed = await entryFor(other);
      const again = { ...changed, archives: [{ ...changed.archives[0]!, sha256: undefined }] };
      await assert.rejects(fetchDataset(again), /is not the tiny-tiny\.zip that was expected/);
    }));

  it('leaves nothing behind of a hostile or damaged archive', () =>
    withEmptyCache(async (cache) => {
      const hostile = zipOf([{ name: '../../../evil', content: noise() }]);
      const entry = await entryFor(hostile);
      const archives = [{ ...entry.archives[0]!, bytes: hostile.length, sha256: sha256(hostile) }];
      await assert.rejects(fetchDataset({ ...entry, archives }), /tiny-tiny\.zip (is not unpacked|is damaged)/);
      assert.deepEqual(
        readdirSync(join(cache, 'datasets')).filter((name) => !name.endsWith('.sha256')),
        [],
      );
    }));

  it('reads the layout of the Oxford pets', () =>
    withEmptyCache(async () => {
      const names = ['Abyssinian_1', 'great_pyrenees_7', 'Abyssinian_2', 'great_pyrenees_8'];
      const images = tgzOf(names.map((name) => ({ name: `images/${name}.jpg`, content: noise() })));
      const line = (name: string) => `${name} 1 1 1\n`;
      const annotations = tgzOf([
        { name: 'annotations/trainval.txt', content: names.slice(0, 3).map(line).join('') },
        { name: 'annotations/test.txt', content: `#Image CLASS-ID\n${line(names[3]!)}${line('lost_1')}` },
      ]);
      const [one, two] = [await serve(() => images), await serve(() => annotations)];
      const entry: PublicDatasetEntry = {
        ...publicDatasets['oxford-pets']!,
        archives: [
          { address: `${one.address}/images.tar.gz`, bytes: images.length, sha256: sha256(images) },
          { address: `${two.address}/annotations.tar.gz`, bytes: annotations.length, sha256: sha256(annotations) },
        ],
      };
      const { classes, examples, skipped } = await fetchDataset(entry);
      one.close();
      two.close();
      assert.deepEqual(classes, ['Abyssinian', 'great pyrenees']);
      assert.deepEqual(
        examples.map(({ label, subset }) => [label, subset]),
        [
          [0, 'train'],
          [1, 'train'],
          [0, 'train'],
          [1, 'test'],
        ],
      );
      assert.equal(skipped[0]?.reason, 'no such file');
    }));

  describe('sign-digits, an archive that its host generates', () => {
    const root = 'Sign-Language-Digits-Dataset-master';
    /** The layout of the repository, with a few bytes for each picture. */
    const repository = (pictures: number): Entry[] => [
      { name: `${root}/README.md`, content: '# Sign Language Digits Dataset' },
      { name: `${root}/Examples/example_0.JPG`, content: 'an example' },
      ...Array.from({ length: pictures }, (_, i) => ({
        name: `${root}/Dataset/${i % 10}/IMG_${i}.JPG`,
        content: `${i}`,
      })),
    ];
    const open = async (content: Buffer) => {
      server?.close();
      server = await serve(() => content);
      const entry = publicDatasets['sign-digits']!;
      const archives = [{ ...entry.archives[0]!, address: `${server.address}/archive/refs/heads/master.zip` }];
      return fetchDataset({ ...entry, archives });
    };
    const forget = (cache: string) => rmSync(join(cache, 'datasets', 'sign-digits'), { recursive: true });

    it('has 2,062 pictures of ten classes, whatever the bytes of the archive are', () =>
      withEmptyCache(async (cache) => {
        const { classes, examples } = await open(zipOf(repository(2062)));
        assert.deepEqual(classes, [...'0123456789']);
        assert.equal(examples.length, 2062);
        assert.deepEqual(readdirSync(join(cache, 'downloads')), []);
        forget(cache);
        assert.equal((await open(tgzOf(repository(2062)))).examples.length, 2062); // the same files in another archive
      }));

    it('is refused if its files are not those of the first download', () =>
      withEmptyCache(async (cache) => {
        await open(zipOf(repository(2062)));
        forget(cache);
        const changed = repository(2062);
        changed[100] = { ...changed[100]!, content: 'another picture' };
        await assert.rejects(
          open(zipOf(changed)),
          /has other files than at the first download of sign-digits; it has no published hash/,
        );
        assert.ok(!existsSync(join(cache, 'datasets', 'sign-digits')));
        assert.equal((await open(zipOf(repository(2062)))).examples.length, 2062);
      }));

    it('is refused if it has another number of pictures, and downloaded again the next time', () =>
      withEmptyCache(async (cache) => {
        await assert.rejects(
          open(zipOf(repository(2000))),
          /master\.zip is not the expected file: it has 2000 pictures of 10 classes, expected 2062 of 10/,
        );
        assert.deepEqual(readdirSync(join(cache, 'datasets')), []);
        assert.deepEqual(readdirSync(join(cache, 'downloads')), []);
        assert.equal((await open(zipOf(repository(2062)))).examples.length, 2062);
      }));
  });

  it('says without a network that it is not available, and which datasets are', () =>
    withEmptyCache(async () => {
      const entry = await entryFor(folders);
      server!.close();
      const offline = { ...entry, archives: [{ ...entry.archives[0]!, address: 'http://127.0.0.1:9/tiny.zip' }] };
      await assert.rejects(
        fetchDataset(offline),
        /^UserError: Tiny is not available: .*Without a network, use the bundled sample 'emoji' or 'letters'$/s,
      );
    })).timeout(30_000);

  it('has a name and a description for each dataset', async () => {
    await assert.rejects(
      publicDataset('mnist'),
      /unknown public dataset 'mnist'; the public datasets are flowers, cats-and-dogs-filtered/,
    );
    for (const [name, { archives, licence, ...entry }] of Object.entries(publicDatasets)) {
      assert.equal(entry.name, name);
      assert.ok(licence.length > 5);
      for (const { address, bytes, sha256, hashFrom } of archives) {
        assert.match(address, /^https:\/\//);
        assert.ok(bytes > 1e7);
        if (sha256) assert.match(sha256, /^[0-9a-f]{64}$/);
        assert.equal(Boolean(sha256), Boolean(hashFrom));
      }
    }
  });
});
