import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import sharp from 'sharp';
import { sha256 } from '../../../src/core/files';
import { projectFolder } from '../../../src/core/paths';
import { decodePicture, imageFolder, splitDataset } from '../../../src/data';
import { openDataset } from '../../../src/data/public';
import { temporaryFolder, withEmptyCache } from '../../folders';

/** A folder with the given files; no picture is opened, so their content does not matter. */
function folderWith(files: Record<string, string | Buffer> | readonly string[]): string {
  const root = temporaryFolder();
  const contents = Array.isArray(files) ? files.map((name) => [name, 'x'] as const) : Object.entries(files);
  for (const [name, content] of contents) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'x']));

/** `part: file class` of every picture, and the unlabelled ones. */
async function listed(data: string, options: Parameters<typeof openDataset>[1] = {}) {
  const { examples, classes, folder, unlabelled = [], ...rest } = await openDataset(data, options);
  return {
    ...rest,
    classes,
    pictures: examples
      .map(({ file, label, subset }) => `${subset ?? '-'}: ${relative(folder, file)} ${classes[label]}`)
      .sort(),
    unlabelled: unlabelled.map(({ file }) => relative(folder, file)).sort(),
  };
}

const fixtures = join(projectFolder, 'test', 'data', 'public', 'parquet');

describe("Hugging Face's image folders", () => {
  const csv = 'file_name,label\n1.png,cat\n2.png,dog\n';
  const jsonl = '{"file_name": "1.png", "label": "cat"}\n{"file_name": "2.png", "label": "dog"}\n';
  const both = [
    'train: train/1.png cat',
    'train: train/2.png dog',
    'validation: validation/1.png cat',
    'validation: validation/2.png dog',
  ];

  it('have metadata.csv or metadata.jsonl in the folder of each part', async () => {
    const pictures = named([
      'train/1.png',
      'train/2.png',
      'validation/1.png',
      'validation/2.png',
      'test/1.png',
      'test/2.png',
    ]);
    for (const [name, table] of Object.entries({ 'metadata.csv': csv, 'metadata.jsonl': jsonl })) {
      const root = folderWith({ ...pictures, [`train/${name}`]: table, [`validation/${name}`]: table });
      const { classes, pictures: found, unlabelled, notes } = await listed(root);
      assert.deepEqual(classes, ['cat', 'dog']);
      assert.deepEqual(found, both);
      assert.deepEqual(unlabelled, ['test/1.png', 'test/2.png']); // a test part without labels
      assert.match(notes![0]!, new RegExp(`the classes are from 'train/${name}', 'validation/${name}'`));
    }
  });

  it('have one table for all parts, whose paths say the part', async () => {
    for (const [name, line] of [
      ['metadata.csv', (file: string, label: string) => `${file},${label}`],
      ['metadata.jsonl', (file: string, label: string) => JSON.stringify({ file_name: file, label })],
    ] as const) {
      const rows = both.map((row) => row.split(' ').slice(1) as [string, string]);
      const table = [
        ...(name.endsWith('csv') ? ['file_name,label'] : []),
        ...rows.map(([file, label]) => line(file, label)),
      ];
      const root = folderWith({ ...named(rows.map(([file]) => file)), [name]: table.join('\n') });
      assert.deepEqual((await listed(root)).pictures, both, name);
    }
  });

  it('have one table and no parts', async () => {
    const root = folderWith({ ...named(['1.png', '2.png', '3.png']), 'metadata.jsonl': jsonl });
    const { pictures, notes } = await listed(root);
    assert.deepEqual(pictures, ['-: 1.png cat', '-: 2.png dog']);
    assert.match(notes!.join('\n'), /1 picture is in no row of the table: left out/);
  });

  it('have class folders beside a table of captions', async () => {
    const root = folderWith({
      ...named(['cat/1.png', 'dog/2.png']),
      'metadata.csv': 'file_name,text\ncat/1.png,a grey cat\ndog/2.png,a dog\n',
    });
    assert.deepEqual((await listed(root)).pictures, ['-: cat/1.png cat', '-: dog/2.png dog']);
    const other = { 'metadata.csv': 'key,value\ncamera,x\n', 'cat/metadata.csv': 'image,label\n1.png,7\n2.png,8\n' };
    const stray = folderWith({ ...named(['cat/1.png', 'cat/2.png', 'dog/3.png']), ...other });
    assert.deepEqual((await listed(stray)).classes, ['cat', 'dog']); // tables of something else
    symlinkSync('loop', join(stray, 'loop'));
    symlinkSync(stray, join(stray, 'cat', 'up'));
    symlinkSync('/no/such/disk', join(stray, 'disk'));
    assert.deepEqual((await listed(stray)).classes, ['cat', 'dog']);
    const flat = folderWith({
      ...named(['1.png', '2.png']),
      'metadata.csv': 'file_name,text,size\n1.png,a grey cat,3\n2.png,a dog,4\n',
    });
    await assert.rejects(
      listed(flat),
      /metadata\.csv has no column of classes; its columns are 'file_name', 'text', 'size' \(--label-column NAME\)/,
    );
    assert.deepEqual((await listed(flat, { labelColumn: 'size' })).classes, ['3', '4']);
  });
});

describe("Hugging Face's Parquet files", () => {
  const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<
    string,
    [string, string, number][]
  >;
  const names = ['ant', 'bee', 'cicada'];

  it('give the pictures, classes and parts that pyarrow reads in them', () =>
    withEmptyCache(async (cache) => {
      const messages: string[] = [];
      const open = () =>
        openDataset(join(fixtures, 'bees'), { listener: { onMessage: (text) => messages.push(text) } });
      const { classes, examples, unlabelled = [], folder } = await open();
      assert.deepEqual(classes, names);
      const key = (subset: string | undefined, hash: string, label: number) => `${subset} ${hash} ${label}`;
      const found = [...examples, ...unlabelled].map(({ file, label, subset }) =>
        key(subset, sha256(readFileSync(file)), label),
      );
      const all = Object.entries(expected).flatMap(([file, rows]) =>
        rows.map(([hash, , label]) => key(file.split('-')[0], hash, label)),
      );
      assert.deepEqual(found.sort(), all.sort());
      assert.equal(examples.length, 14);
      assert.equal(unlabelled.length, 1); // -1 stands for no class
      assert.ok(folder.startsWith(join(cache, 'unpacked/')));
      assert.equal(relative(folder, examples[0]!.file), 'train/000000-0.png');
      const resize = { inputSize: 12, crop: 1, interpolation: 'bilinear' } as const;
      assert.equal((await decodePicture(readFileSync(examples[3]!.file), resize))[0], 3);
      assert.equal((await open()).examples.length, 14);
      assert.equal(messages.filter((text) => text.startsWith('unpacking')).length, 1);
      const { train, validation, test } = splitDataset(await open());
      assert.deepEqual([train.length, validation.length, test?.length], [9, 3, 2]);
    }));

  it('can be given one by one, and in folders of parts or below the name of a configuration', () =>
    withEmptyCache(async () => {
      const shard = join(fixtures, 'bees/data/train-00000-of-00002.parquet');
      assert.equal((await openDataset(shard)).examples.length, 5);
      const root = temporaryFolder();
      for (const part of ['train', 'validation']) {
        mkdirSync(join(root, 'default', part), { recursive: true });
        cpSync(
          join(fixtures, `bees/data/${part}-00000-of-000${part === 'train' ? '02' : '01'}.parquet`),
          join(root, 'default', part, '0000.parquet'),
        );
      }
      const { examples } = await openDataset(root);
      assert.deepEqual(examples.map(({ subset }) => subset![0]).join(''), 'tttttvvv');
      cpSync(join(root, 'default'), join(root, 'small'), { recursive: true });
      await assert.rejects(
        openDataset(root),
        /has several datasets as Parquet files, in 'default', 'small': give the folder of one/,
      );
      assert.equal((await openDataset(join(root, 'small'))).examples.length, 8);
    }));

  it('give a warning if one is missing', () =>
    withEmptyCache(async () => {
      const root = temporaryFolder();
      cpSync(join(fixtures, 'bees'), root, { recursive: true });
      rmSync(join(root, 'data/train-00001-of-00002.parquet'));
      const { warnings, examples } = await openDataset(root);
      assert.equal(examples.length, 10);
      assert.match(warnings![0]!, /1 of the 2 files of 'train' are here: download the others/);
      renameSync(join(root, 'data/validation-00000-of-00001.parquet'), join(root, 'data/extra-00000-of-00001.parquet'));
      assert.match((await openDataset(root)).warnings!.join('\n'), /'data\/extra-00000-of-00001\.parquet' is left out/);
    }));

  it('can have paths, in every compression that Node has', async () => {
    for (const codec of [
      'snappy',
      'gzip',
      'brotli',
      ...('zstdDecompressSync' in (await import('node:zlib')) ? ['zstd'] : []),
    ]) {
      const root = folderWith(['a/1.jpg', 'a/2.jpg', 'b/1.jpg', 'b/2.jpg']);
      cpSync(join(fixtures, `paths-${codec}.parquet`), join(root, 'table.parquet'));
      for (const data of [join(root, 'table.parquet'), root]) {
        const { classes, examples, folder } = await openDataset(data, { labelColumn: 'species' });
        assert.deepEqual([classes, folder], [['ant', 'bee'], root]);
        assert.deepEqual(
          examples.map(({ file, group }) => `${relative(root, file)} ${group}`),
          ['a/1.jpg 1', 'a/2.jpg 1', 'b/1.jpg 2', 'b/2.jpg undefined'],
        );
      }
    }
    await assert.rejects(
      openDataset(join(fixtures, 'paths-lz4.parquet')),
      /compressed with LZ4(_RAW)?, which is not read: write it with compression='snappy'/,
    );
  });

  it('can have columns of bytes under any name', () =>
    withEmptyCache(async () => {
      const file = join(fixtures, 'bytes.parquet');
      await assert.rejects(
        openDataset(file, { labelColumn: 'sort' }),
        /no column 'sort'; the columns are 'photo', 'kind'/,
      );
      const { classes, examples } = await openDataset(file, { labelColumn: 'kind' });
      assert.deepEqual([classes, examples.length], [['x', 'y'], 4]);
      const masks = await openDataset(file, { fileColumn: 'mask', labelColumn: 'kind' });
      const pixels = await sharp(masks.examples[3]!.file).raw().toBuffer();
      assert.deepEqual([...pixels.subarray(0, 3)], [0, 0, 3]);
      await assert.rejects(
        openDataset(file, { images: fixtures, labelColumn: 'kind' }),
        /'images' is for tables with paths/,
      );
      await assert.rejects(
        openDataset(file, { classes: 'leaf', labelColumn: 'kind' }),
        /'classes' is for folders, and this is a table/,
      );
    }));

  it('are refused in one line if they are damaged, and nothing is left behind', () =>
    withEmptyCache(async (cache) => {
      const whole = readFileSync(join(fixtures, 'bees/data/train-00000-of-00002.parquet'));
      const root = temporaryFolder();
      const refused = async (content: Buffer) => {
        writeFileSync(join(root, 'x.parquet'), content);
        await assert.rejects(openDataset(join(root, 'x.parquet')), (error: Error) => {
          assert.match(error.message, /^'[^\n]*x\.parquet' is not readable as Parquet: [^\n]+$/);
          return error.name === 'UserError';
        });
      };
      await refused(Buffer.from('PAR1'));
      await refused(Buffer.alloc(1000));
      await refused(whole.subarray(0, 400));
      await refused(whole.subarray(whole.length - 700)); // metadata without its data
      const { readdirSync, existsSync } = await import('node:fs');
      assert.deepEqual(existsSync(join(cache, 'unpacked')) ? readdirSync(join(cache, 'unpacked')) : [], []);
    }));
});

describe('JSON Lines', () => {
  it('can have paths, blank lines, a byte order mark, and other values', async () => {
    const root = folderWith(['a/1.jpg', 'a/2.jpg', 'b/1.jpg']);
    const rows = [
      { image: 'a/1.jpg', label: 0, box: [1, 2], size: 3.5 },
      { image: 'a/2.jpg', label: 0, flag: true },
      { image: 'b/1.jpg', label: 10, note: null },
      { image: 'b/2.jpg', label: 10 },
    ];
    writeFileSync(join(root, 'x.jsonl'), `\uFEFF${rows.map((row) => JSON.stringify(row)).join('\r\n\r\n')}\n`);
    const { classes, pictures, skipped } = await listed(join(root, 'x.jsonl'));
    assert.deepEqual(
      [classes, pictures],
      [
        ['0', '10'],
        ['-: a/1.jpg 0', '-: a/2.jpg 0', '-: b/1.jpg 10'],
      ],
    );
    assert.deepEqual(
      skipped.map(({ reason }) => reason),
      ['no such file'],
    );
  });

  it('can have the pictures, in base64', () =>
    withEmptyCache(async () => {
      const picture = (red: number) =>
        sharp({ create: { width: 12, height: 12, channels: 3, background: { r: red, g: 0, b: 0 } } })
          .png()
          .toBuffer();
      const [one, two, three] = await Promise.all([10, 20, 30].map(picture));
      const root = temporaryFolder();
      const lines = [
        { image: { bytes: one!.toString('base64'), path: 'x/../../../../one.png' }, label: 'a' },
        { image: `data:image/png;base64,${two!.toString('base64')}`, label: 'b' },
        { image: three!.toString('base64'), label: 'a' },
        { image: null, label: 'a' },
      ];
      writeFileSync(join(root, 'x.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
      const { classes, examples, folder, skipped } = await openDataset(join(root, 'x.jsonl'));
      assert.deepEqual(classes, ['a', 'b']);
      assert.deepEqual(
        examples.map(({ file }) => relative(folder, file)),
        ['pictures/000000-one.png', 'pictures/000001.png', 'pictures/000002.png'],
      );
      assert.deepEqual(
        examples.map(({ file }) => sha256(readFileSync(file))),
        [one, two, three].map((content) => sha256(content!)),
      );
      assert.deepEqual(skipped, [{ file: 'row 4', reason: 'no path' }]);
    }));

  it('are refused with the number of the line that is wrong', async () => {
    const root = temporaryFolder();
    const refused = async (text: string, why: RegExp) => {
      writeFileSync(join(root, 'x.jsonl'), text);
      await assert.rejects(openDataset(join(root, 'x.jsonl')), why);
    };
    await refused('{"image": "1.jpg"}\n{"image": ', /^UserError: line 2 of '.*x\.jsonl' is no JSON/);
    await refused('[1, 2]', /^UserError: line 1 of '.*' is not an object: expected JSON Lines, such as/);
    await refused('\n\n', /has no rows: expected a line for each picture, such as \{"file_name"/);
    await refused('{"__proto__": {"label": 1}}', /a key '__proto__'/);
    await refused(
      '{"path": "1.jpg", "caption": "x", "size": 3}',
      /no column 'label' or 'class'.* the columns are 'path', 'caption', 'size'/,
    );
  });
});

describe('tables beside folders of pictures, as on Kaggle', () => {
  it('say the classes of pictures without file endings, and a test folder is without labels', async () => {
    const root = folderWith({
      ...named(['train/1.jpg', 'train/2.jpg', 'train/3.jpg', 'test/1.jpg', 'test/9.jpg']),
      'train.csv': 'id,label\n1,cat\n2,dog\n3,cat\n',
      'sample_submission.csv': 'id,label\n1,cat\n9,cat\n',
    });
    const { classes, pictures, unlabelled, notes } = await listed(root);
    assert.deepEqual(classes, ['cat', 'dog']);
    assert.deepEqual(pictures, ['train: train/1.jpg cat', 'train: train/2.jpg dog', 'train: train/3.jpg cat']);
    assert.deepEqual(unlabelled, ['test/1.jpg', 'test/9.jpg']);
    assert.match(notes![0]!, /the classes are from 'train\.csv'/);
    // the table alone: pictures of the same name in test/ are not meant
    assert.deepEqual((await listed(join(root, 'train.csv'))).pictures, [
      '-: train/1.jpg cat',
      '-: train/2.jpg dog',
      '-: train/3.jpg cat',
    ]);
  });

  it('can be named labels.csv, with a breed', async () => {
    const id = (i: number) => sha256(`${i}`).slice(0, 32);
    const root = folderWith({
      ...named([...[1, 2, 3].map((i) => `train/${id(i)}.jpg`), ...[4, 5].map((i) => `test/${id(i)}.jpg`)]),
      'labels.csv': `id,breed\n${[1, 2, 3].map((i) => `${id(i)},${i % 2 ? 'boston_bull' : 'dingo'}`).join('\n')}\n`,
      'sample_submission.csv': `id,boston_bull,dingo\n${id(4)},0.5,0.5\n`,
    });
    const { classes, pictures, unlabelled } = await listed(root);
    assert.deepEqual(classes, ['boston_bull', 'dingo']);
    assert.equal(pictures.length, 3);
    assert.equal(unlabelled.length, 2);
  });

  it('can have their pictures in images/, wrapped in another folder, and further columns', async () => {
    const files = ['plant/images/Train_0.jpg', 'plant/images/Train_1.jpg', 'plant/images/Test_0.jpg'];
    const root = folderWith({
      ...named(files),
      'plant/train.csv': 'image_id,healthy,label\nTrain_0,1,leaf\nTrain_1,0,rust\n',
      'plant/test.csv': 'image_id\nTest_0\n',
    });
    const { classes, pictures, notes } = await listed(root);
    assert.deepEqual(classes, ['leaf', 'rust']);
    assert.deepEqual(
      pictures,
      ['train: plant/images/Train_0.jpg leaf', 'train: plant/images/Train_1.jpg rust'].map((row) =>
        row.replace('plant/', ''),
      ),
    );
    assert.match(notes!.join('\n'), /the dataset is 'plant'/);
  });

  it('can have a column for each class', async () => {
    const rows = ['healthy', 'rust', 'scab', 'rust'].map((kind, i) => [
      `Train_${i}`,
      ...['healthy', 'rust', 'scab'].map((one) => Number(one === kind)),
      30 + i,
    ]);
    const files = named([0, 1, 2, 3].map((i) => `images/Train_${i}.jpg`));
    const table = `image_id,healthy,rust,scab,age\n${rows.map((row) => row.join(',')).join('\n')}\n`;
    const root = folderWith({ ...files, 'train.csv': table });
    for (const data of [root, join(root, 'train.csv')]) {
      const { classes, pictures, notes } = await listed(data);
      assert.deepEqual(classes, ['healthy', 'rust', 'scab']);
      assert.deepEqual(
        pictures.map((row) => row.split(' ').at(-1)),
        ['healthy', 'rust', 'scab', 'rust'],
      );
      assert.match(notes!.join('\n'), /each class is a column: healthy, rust, scab/);
    }
    writeFileSync(join(root, 'train.csv'), table.replace('0,0,1', '0,1,1')); // two classes in one picture
    await assert.rejects(listed(root), /train\.csv has no column of classes/);
  });

  it('can be one for each part', async () => {
    const root = folderWith({
      ...named(['images/1.jpg', 'images/2.jpg', 'images/3.jpg', 'images/4.jpg']),
      ...{
        'train.csv': 'file,label\n1.jpg,a\n2.jpg,b\n',
        'val.csv': 'file,label\n3.jpg,a\n',
        'test.csv': 'file,label\n4.jpg,b\n4.jpg,a\n1.jpg,a\n',
      },
    });
    const { pictures, skipped } = await listed(root);
    assert.deepEqual(pictures, [
      'test: images/4.jpg b',
      'train: images/1.jpg a',
      'train: images/2.jpg b',
      'validation: images/3.jpg a',
    ]);
    assert.deepEqual(
      skipped.map(({ reason }) => reason),
      ['is in row 1 of test.csv already', 'is in row 1 of train.csv already'],
    );
  });

  it('are an error if several are possible, or none says the classes', async () => {
    const files = named(['images/1.jpg', 'images/2.jpg']);
    const two = folderWith({
      ...files,
      'a.csv': 'file,label\n1.jpg,x\n2.jpg,y\n',
      'b.csv': 'file,label\n1.jpg,y\n2.jpg,x\n',
    });
    await assert.rejects(
      listed(two),
      /has several tables with classes, 'a\.csv', 'b\.csv': give one of them, such as --data .*a\.csv/,
    );
    const none = folderWith({
      ...files,
      'a.csv': 'file,size,place\n1.jpg,1,x\n2.jpg,2,y\n',
      'b.csv': 'file,label\n7.jpg,y\n8.jpg,x\n',
    });
    await assert.rejects(
      listed(none),
      /Its tables do not say the classes: a\.csv has no column of classes; its columns are 'file', 'size', 'place' \(--label-column NAME\); b\.csv names other pictures, such as '7\.jpg' \(--images DIR\)/,
    );
    assert.deepEqual((await listed(none, { labelColumn: 'place' })).classes, ['x', 'y']);
  });

  it('are needed if the folders name only parts, which are no classes', async () => {
    const root = folderWith(['train/1.jpg', 'train/2.jpg', 'test/3.jpg']);
    await assert.rejects(
      listed(root),
      /has pictures in 'test' and 'train', which are parts and no classes: expected one subfolder per class/,
    );
    assert.throws(() => imageFolder(root), /which are parts and no classes/);
  });

  it('are ignored where class folders say the classes, as in GroceryStore', async () => {
    const root = folderWith({
      ...named(
        ['train', 'val', 'test'].flatMap((part) =>
          [1, 2].flatMap((i) =>
            [`Fruit/Apple/Granny-Smith`, `Fruit/Avocado`, `Packages/Milk/Oatly`].map(
              (kind) => `dataset/${part}/${kind}/${i}.jpg`,
            ),
          ),
        ),
      ),
      'dataset/classes.csv': 'Class Name (str),Class ID (int),Coarse Class Name (str)\nGranny-Smith,0,Apple\n',
      'dataset/train.txt': 'train/Fruit/Apple/Granny-Smith/1.jpg, 0, 0\ntrain/Fruit/Avocado/1.jpg, 1, 1\n',
      'dataset/iconic-images-and-descriptions/Fruit/Avocado/Avocado_Iconic.jpg': 'x',
    });
    const top = await listed(root);
    assert.deepEqual(top.classes, ['Fruit', 'Packages']);
    assert.match(top.warnings![0]!, /'Fruit' are in 2 subfolders .* classes: 'leaf' \(--classes leaf\)/);
    const { classes, pictures, skipped } = await listed(root, { classes: 'leaf' });
    assert.deepEqual(classes, ['Avocado', 'Granny-Smith', 'Oatly']);
    assert.equal(pictures.length, 18);
    assert.deepEqual(
      ['test', 'train', 'validation'].map((part) => pictures.filter((row) => row.startsWith(part)).length),
      [6, 6, 6],
    );
    assert.match(
      skipped.map(({ file, reason }) => `${file} ${reason}`).join('\n'),
      /iconic-images-and-descriptions is next to 'train'/,
    );
  });

  it('take the parts of folders in a table without a column of parts', async () => {
    const root = folderWith({
      ...named(['train/1.jpg', 'train/2.jpg', 'test/3.jpg']),
      'x.csv': 'file,label\ntrain/1.jpg,a\ntrain/2.jpg,b\ntest/3.jpg,a\n',
    });
    const { pictures, notes } = await listed(join(root, 'x.csv'));
    assert.deepEqual(pictures, ['test: test/3.jpg a', 'train: train/1.jpg a', 'train: train/2.jpg b']);
    assert.match(notes![0]!, /the folders give the parts: train, test/);
  });
});
