import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { table } from 'arquero';
import sharp from 'sharp';
import {
  decodeAll,
  decodePicture,
  imageFolder,
  imageTable,
  splitDataset,
  thumbnail,
  unlabelledFolder,
} from '../../src/data';
import { imageTensors } from '../../src/features';
import { tf } from '../../src/tensorflow';
import { temporaryFolder } from '../folders';
import { addBadPictures, stripes, stripesFolder, writePicture } from '../pictures';

function folderWith(files: readonly string[]): string {
  const root = temporaryFolder();
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), 'x');
  }
  return root;
}

const resize = { inputSize: 16, crop: 1, interpolation: 'bilinear' } as const;

/** A Windows bitmap of 10 x 9 pixels, each row another red, stored from the bottom up as usual. */
function bitmap(bits: 8 | 24 | 32, { topDown = false, compression = 0 } = {}): Buffer {
  const [width, height, colors] = [10, 9, bits === 8 ? 16 : 0];
  const start = 54 + 4 * colors;
  const row = Math.ceil((width * bits) / 32) * 4;
  const file = Buffer.alloc(start + row * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(topDown ? -height : height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(compression, 30);
  file.writeUInt32LE(colors, 46);
  for (let i = 0; i < colors; i++) file.set([50, 100, 20 * i, 0], 54 + 4 * i);
  for (let y = 0; y < height; y++) {
    const at = start + row * (topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      if (bits === 8) file[at + x] = y;
      else file.set(bits === 24 ? [50, 100, 20 * y] : [50, 100, 20 * y, 0], at + (x * bits) / 8);
    }
  }
  return file;
}

describe('imageFolder, in special cases', () => {
  it('reads pictures in a test folder without class folders as unlabelled', () => {
    const root = folderWith([
      'train/a/1.jpg',
      'train/b/1.jpg',
      'test/2.jpg',
      'test/more/3.jpg',
      'notes/x.jpg',
      '9.jpg',
    ]);
    const { examples, unlabelled, skipped } = imageFolder(root);
    assert.equal(examples.length, 2);
    assert.deepEqual(
      unlabelled?.map(({ file, label }) => [file.slice(root.length + 1), label]),
      [
        ['test/2.jpg', -1],
        ['test/more/3.jpg', -1],
      ],
    );
    const reasons = Object.fromEntries(skipped.map(({ file, reason }) => [file.slice(root.length + 1), reason]));
    assert.match(reasons.notes!, /next to 'train'/);
    assert.equal(reasons['9.jpg'], 'is in no class folder');
  });

  it('does not follow a link to a parent folder, which would mix the classes', () => {
    const root = folderWith(['a/1.jpg', 'b/2.jpg']);
    symlinkSync(root, join(root, 'a', 'up'));
    symlinkSync('self', join(root, 'b', 'self'));
    const { examples, skipped } = imageFolder(root);
    assert.equal(examples.length, 2);
    const reasons = skipped.map(({ file, reason }) => `${file.slice(root.length + 1)}: ${reason}`);
    assert.deepEqual(reasons, [
      'a/up: a link to a folder that contains it',
      'b/self: a link to itself, or links in a circle',
    ]);
  });

  it('follows links to pictures and folders elsewhere', () => {
    const elsewhere = folderWith(['deep/1.jpg', '2.png']);
    const root = folderWith(['a/1.jpg', 'b/1.jpg']);
    symlinkSync(join(elsewhere, 'deep'), join(root, 'a', 'deep'));
    symlinkSync(join(elsewhere, '2.png'), join(root, 'b', '2.PNG'));
    assert.equal(imageFolder(root).examples.length, 4);
  });

  it('finds the pictures of a folder without labels', () => {
    const root = folderWith(['1.jpg', 'more/2.PNG', 'notes.txt']);
    const { classes, examples, unlabelled, skipped } = unlabelledFolder(root);
    assert.deepEqual([classes, examples, unlabelled.length, skipped.length], [[], [], 2, 1]);
    assert.throws(
      () => unlabelledFolder(folderWith(['notes.txt'])),
      /has no picture in a format that is read: '\.txt' is not/,
    );
    assert.throws(() => splitDataset(unlabelledFolder(root)), /pictures without labels can be neither split/);
  });
});

describe('decoding Windows bitmaps', () => {
  for (const bits of [8, 24, 32] as const) {
    it(`reads ${bits} bits a pixel, from the bottom up and from the top down`, async () => {
      for (const topDown of [false, true]) {
        const pixels = await decodePicture(bitmap(bits, { topDown }), { ...resize, inputSize: 9 });
        assert.deepEqual([...pixels.subarray(0, 3)], [0, 100, 50]);
        assert.deepEqual([...pixels.subarray(8 * 27, 8 * 27 + 3)], [160, 100, 50]);
      }
    });
  }

  it('says what is wrong with invalid bitmaps', async () => {
    await assert.rejects(
      decodePicture(bitmap(8, { compression: 1 }), resize),
      /a bitmap with 8 bits per pixel, compression 1: save/,
    );
    await assert.rejects(decodePicture(bitmap(24).subarray(0, 200), resize), /damaged: the file ends too soon/);
    await assert.rejects(decodePicture(bitmap(24).subarray(0, 20), resize), /damaged: the file ends too soon/);
    const huge = bitmap(24);
    huge.writeInt32LE(60_000, 18);
    huge.writeInt32LE(60_000, 22);
    await assert.rejects(decodePicture(huge, resize), /more pixels than/);
  });
});

describe('imageTable', () => {
  const csv = (root: string, text: string) => {
    writeFileSync(join(root, 'pictures.csv'), text);
    return join(root, 'pictures.csv');
  };

  it('reads paths, classes, parts and groups from a CSV file', () => {
    const root = folderWith(['x/1.jpg', 'x/2.JPG', '3.png', '4.png']);
    const file = csv(
      root,
      '\uFEFFpath,label,split,group\nx/1.jpg,rose,train,g1\nx/2.JPG,"tulip, red",val,\n3.png,rose,test,\n4.png,,,\n',
    );
    const { folder, classes, examples, unlabelled, skipped } = imageTable(file);
    assert.deepEqual([folder, classes, skipped], [root, ['rose', 'tulip, red'], []]);
    assert.deepEqual(examples, [
      { file: join(root, 'x/1.jpg'), label: 0, subset: 'train', group: 'g1' },
      { file: join(root, 'x/2.JPG'), label: 1, subset: 'validation' },
      { file: join(root, '3.png'), label: 0, subset: 'test' },
    ]);
    assert.deepEqual(unlabelled, [{ file: join(root, '4.png'), label: -1 }]);
  });

  it('lists each row that cannot be used', () => {
    const root = folderWith(['1.jpg', '2.jpg', 'a.txt']);
    const file = csv(root, 'file,class,split\n1.jpg,a,\n2.jpg,b,\n3.jpg,a,\na.txt,a,\n,b,\n1.jpg,b,\n2.jpg,b,later\n');
    const { examples, skipped } = imageTable(file);
    assert.equal(examples.length, 2);
    assert.deepEqual(
      skipped.map(({ file, reason }) => `${file.replace(`${root}/`, '')}: ${reason.slice(0, 40)}`),
      [
        '3.jpg: no such file',
        "a.txt: '.txt' is not a picture format that is r",
        'row 5: no path',
        '1.jpg: is in row 1 already',
        "2.jpg: 'later' is not train, validation or test",
      ],
    );
  });

  it('accepts an arquero table and columns with other names', () => {
    const root = folderWith(['1.jpg', '2.jpg']);
    const rows = table({ where: ['1.jpg', '2.jpg'], what: [7, 8] });
    const { classes } = imageTable(rows, { folder: root, file: 'where', label: 'what' });
    assert.deepEqual(classes, ['7', '8']);
    assert.deepEqual(imageTable(rows, { folder: root }).classes, ['7', '8']); // recognized by content: the column of pictures, and the only other column
    const strange = table({ where: ['1', '2'], what: [7, 8], why: [1, 2] });
    assert.throws(() => imageTable(strange), /no column 'file' or 'path' .* the columns are 'where', 'what', 'why'/);
    assert.throws(() => imageTable(rows, { file: 'where', label: 'what', split: 'part' }), /no column 'part'/);
    assert.throws(
      () => imageTable(rows, { file: 'where', label: 'what', folder: '/nowhere' }),
      /no folder '\/nowhere': give the folder with the pictures/,
    );
    assert.throws(() => imageTable('/no/such.csv'), /no file '\/no\/such\.csv': give a CSV file/);
  });
});

describe('imageTensors', () => {
  it('gives a dataset that is split, decoded and shown like one of files', async () => {
    const images = tf.tidy(() => tf.tile(tf.range(0, 80, 10).reshape([8, 1, 1, 1]), [1, 16, 16, 3]) as tf.Tensor4D);
    const dataset = imageTensors(images, ['b', 'a', 'b', 'a', 'b', 'a', 'b', 'a'], { groups: [...'11223344'] });
    images.dispose();
    assert.deepEqual(dataset.classes, ['a', 'b']);
    const { train, validation } = splitDataset(dataset);
    assert.deepEqual([train.length, validation.length], [6, 2]);
    const decoded: number[] = [];
    const hashes = new Set<string>();
    for await (const { pixels, hash } of decodeAll(dataset.examples, resize)) {
      decoded.push(pixels![100]!);
      hashes.add(hash);
    }
    assert.deepEqual(decoded, [0, 10, 20, 30, 40, 50, 60, 70]);
    assert.equal(hashes.size, 8);
    const shown = Buffer.from((await thumbnail(dataset.examples[7]!, { size: 16 })).split(',')[1]!, 'base64');
    const [value] = await sharp(shown).raw().toBuffer();
    assert.ok(Math.abs(value! - 70) < 3);
  });

  it('accepts grey pictures of several sizes, and labels as indices', () => {
    const pictures = [tf.fill([8, 12, 1], 5), tf.fill([9, 9, 3], 6, 'int32')] as tf.Tensor3D[];
    const { examples, classes } = imageTensors(pictures, [1, 0], { classes: ['x', 'y'], subsets: ['train', 'test'] });
    tf.dispose(pictures);
    assert.deepEqual(classes, ['x', 'y']);
    assert.deepEqual(
      examples.map(({ label, subset, pixels }) => [label, subset, pixels!.width, pixels!.height, pixels!.data[2]]),
      [
        [1, 'train', 12, 8, 5],
        [0, 'test', 9, 9, 6],
      ],
    );
  });

  it('says which argument does not fit', () => {
    const images = tf.fill([2, 8, 8, 3], 0.5) as tf.Tensor4D;
    assert.throws(() => imageTensors(images, ['a']), /1 labels for 2 pictures/);
    assert.throws(
      () => imageTensors(images, ['a', 'b']),
      /has values from 0 to 0\.5, expected 0 to 255: multiply by 255/,
    );
    assert.throws(
      () => imageTensors(images, [0, 2], { classes: ['a', 'b'] }),
      /the label 2 is not one of the classes a, b/,
    );
    const outside = tf.fill([2, 8, 8, 3], 300) as tf.Tensor4D;
    assert.throws(() => imageTensors(outside, ['a', 'b']), /has the value 300, expected 0 to 255/);
    tf.dispose([images, outside]);
  });
});

describe('every source', () => {
  it('lists each picture that cannot be read, with the same reasons', async () => {
    const root = await stripesFolder(2);
    const expected = await addBadPictures(root);
    const folder = imageFolder(root);
    const found = new Map(folder.skipped.map(({ file, reason }) => [file.slice(root.length + 1), reason]));
    for await (const { example, reason } of decodeAll(folder.examples, resize)) {
      if (reason) found.set(example.file.slice(root.length + 1), reason);
    }
    assert.deepEqual([...found.keys()].sort(), Object.keys(expected).sort());
    for (const [file, reason] of Object.entries(expected)) assert.match(found.get(file)!, reason);

    writePicture(join(root, 'moved.png'), await stripes('red', 1));
    const files = ['red/truncated.jpg', 'red/text.jpg', 'red/empty.jpg', 'moved.png', 'blue/0.png'];
    const dataset = imageTable(table({ file: files, label: ['r', 'r', 'r', 'r', 'b'] }), { folder: root });
    const reasons = dataset.skipped.map(({ reason }) => reason);
    for await (const { reason } of decodeAll(dataset.examples, resize)) if (reason) reasons.push(reason);
    assert.deepEqual(reasons.length, 3);
    assert.ok(files.slice(0, 3).every((file) => reasons.some((reason) => expected[file]!.test(reason))));
  });
});
