import assert from 'node:assert/strict';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { imageFolder, splitDataset, unlabelledFolder } from '../../src/data';
import { reasonOf } from '../../src/data/listFolder';
import { subsetOfFolder } from '../../src/data/subsetNames';
import { uniteNames } from '../../src/data/uniteNames';
import { temporaryFolder } from '../folders';

/** A folder with the given files; their content does not matter, because no picture is opened. */
function folderWith(...files: string[]): string {
  const root = temporaryFolder();
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), 'x');
  }
  return root;
}

const pictures = (folder: string, count = 3) => Array.from({ length: count }, (_, i) => `${folder}/${i}.jpg`);
/** A name from an old system: 'ä' as one byte of Latin-1. */
const latin1 = (root: string, name: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);

describe('the contents of a folder', () => {
  it('are reported if the name of a class folder is not UTF-8, with the number of its pictures', () => {
    const root = folderWith(
      ...pictures('cats'),
      ...pictures('dogs'),
      ...pictures('x', 4),
      'x/deeper/5.png',
      'x/notes.txt',
    );
    renameSync(join(root, 'x'), latin1(root, 'Bären'));
    const { classes, skipped, warnings } = imageFolder(root);
    assert.deepEqual(classes, ['cats', 'dogs']);
    assert.deepEqual(skipped, [
      {
        file: join(root, 'B\\xe4ren'),
        reason:
          'its name is not UTF-8 (from an old archive or disk?), so the 5 pictures in it are left out: rename the folder',
      },
    ]);
    assert.match(warnings![0]!, /^'B\\xe4ren' is left out: .* If it is a class, the class is missing$/);
  });

  it('are listed with the reason if the names of pictures are not UTF-8', () => {
    const root = folderWith(...pictures('cats'), ...pictures('dogs'));
    renameSync(join(root, 'cats/0.jpg'), latin1(join(root, 'cats'), 'Kätzchen.jpg'));
    const { skipped } = imageFolder(root);
    assert.deepEqual(
      skipped.map(({ file }) => file),
      [join(root, 'cats/K\\xe4tzchen.jpg')],
    );
    assert.match(skipped[0]!.reason, /not UTF-8 .*: rename it/);
  });

  it('include a warning about a class that is a link to a missing disk', () => {
    const root = folderWith(...pictures('cats'), ...pictures('dogs'));
    symlinkSync('/no/such/disk/birds', join(root, 'birds'));
    const { skipped, warnings } = imageFolder(root);
    assert.equal(skipped[0]!.reason, 'a broken link to /no/such/disk/birds');
    assert.deepEqual(warnings, [
      "'birds' is left out: a broken link to /no/such/disk/birds. If it is a class, the class is missing",
    ]);
  });

  it('include the reason, in words, why something cannot be read', () => {
    const reason = (code: string) => reasonOf(Object.assign(new Error('x'), { code }), '/no/such');
    assert.equal(reason('EACCES'), 'no permission to read it');
    assert.match(reason('ESTALE'), /its disk or network share does not answer \(ESTALE\)/);
    assert.equal(reason('ENOENT'), 'no such file');
    assert.equal(reason('EWHAT'), 'x');
  });

  it('are read without the thumbnails and trash of systems and devices, which are listed', () => {
    const root = folderWith(
      ...pictures('cats'),
      ...pictures('dogs'),
      'cats/@eaDir/0.jpg/SYNOPHOTO_THUMB_XL.jpg',
      'dogs/Thumbnails/0.jpg',
      '$RECYCLE.BIN/S-1-5/0.jpg',
      '#recycle/0.jpg',
      'lost+found/0.jpg',
      'System Volume Information/0.jpg',
    );
    const { classes, examples, notes } = imageFolder(root);
    assert.deepEqual([classes, examples.length], [['cats', 'dogs'], 6]);
    assert.equal(notes?.length, 1);
    assert.match(notes[0]!, /^ignored 6 folders of the operating system, a NAS or a program: .*@eaDir, Thumbnails$/);
    assert.equal(unlabelledFolder(root).unlabelled.length, 6);
  });

  it('have one class for names that differ by encoding, and a warning for names that differ in capital letters', () => {
    const root = folderWith(
      ...pictures('K\u00e4se'),
      ...pictures('Ka\u0308se'),
      ...pictures('Brot'),
      ...pictures('brot'),
    );
    const { classes, warnings } = imageFolder(root);
    assert.deepEqual(classes, ['Brot', 'K\u00e4se', 'brot']);
    assert.equal(warnings?.length, 2);
    assert.match(
      warnings[0]!,
      /the class 'K\u00e4se' is written in two Unicode forms .*: its folders are treated as one class/,
    );
    assert.match(
      warnings[1]!,
      /^'Brot' and 'brot' are treated as 2 classes: if they are one class, give their folders the same name$/,
    );
  });

  it('have one class for names that differ in capital letters between parts', () => {
    const root = folderWith(
      ...pictures('train/Cat'),
      ...pictures('train/Dog'),
      ...pictures('val/cat'),
      ...pictures('val/dog'),
    );
    const { classes, warnings } = imageFolder(root);
    assert.deepEqual(classes, ['Cat', 'Dog']);
    assert.match(
      warnings![0]!,
      /^'Cat' and 'cat' differ in capital letters only, and are treated as one class, 'Cat'$/,
    );
    assert.deepEqual(uniteNames([['a', 'b']], 'rows').warnings, []);
  });
});

describe('layouts of well-known datasets', () => {
  it("are recognized inside Kaggle's wrapper folders", () => {
    const root = folderWith(
      ...pictures('archive/PetImages/Cat'),
      ...pictures('archive/PetImages/Dog'),
      'archive/readme.txt',
    );
    const { classes, notes, folder } = imageFolder(root);
    assert.deepEqual([classes, folder], [['Cat', 'Dog'], root]);
    assert.deepEqual(notes, [`the dataset is 'archive/PetImages', the only folder in '${root}' with class folders`]);
  });

  it('are recognized if parts are nested in folders of the same name, or have a word before their name', () => {
    const twice = folderWith(
      ...pictures('training_set/training_set/cats'),
      ...pictures('training_set/training_set/dogs'),
      ...pictures('test_set/test_set/cats'),
    );
    assert.deepEqual(imageFolder(twice).classes, ['cats', 'dogs']);
    assert.equal(splitDataset(imageFolder(twice)).test?.length, 3);
    const intel = folderWith(
      ...pictures('seg_train/seg_train/sea'),
      ...pictures('seg_train/seg_train/forest'),
      ...pictures('seg_test/seg_test/sea'),
    );
    assert.deepEqual(imageFolder(intel).classes, ['forest', 'sea']);
    const wrapped = folderWith(
      ...pictures('x/data/train/a'),
      ...pictures('x/data/train/b'),
      ...pictures('x/data/valid/a'),
    );
    assert.deepEqual(
      imageFolder(wrapped)
        .examples.map(({ subset }) => subset)
        .sort()
        .slice(-1),
      ['validation'],
    );
    const alone = folderWith(...pictures('train/a'), ...pictures('train/b'));
    assert.deepEqual(imageFolder(alone).examples[0]!.subset, 'train');
  });

  it('are recognized if a few pictures lie beside the class folders, which are listed', () => {
    const root = folderWith(
      ...pictures('train/cat', 6),
      ...pictures('train/dog', 6),
      ...pictures('val/cat'),
      ...pictures('val/dog'),
      ...pictures('samples', 2),
      'train/preview.jpg',
    );
    const { classes, examples, skipped } = imageFolder(root);
    assert.deepEqual([classes, examples.length], [['cat', 'dog'], 18]);
    assert.deepEqual(
      skipped.map(({ file, reason }) => [file.slice(root.length + 1), reason]),
      [
        ['samples', "is next to 'train', so it is not a class folder, and its name is not validation or test"],
        ['train/preview.jpg', 'is in no class folder'],
      ],
    );
  });

  it('are recognized with a warning if classes are called like parts', () => {
    const root = folderWith(...pictures('train'), ...pictures('test'), ...pictures('samples'));
    const { classes, warnings } = imageFolder(root);
    assert.deepEqual(classes, ['samples', 'test', 'train']);
    assert.match(
      warnings![0]!,
      /^'test' and 'train' are treated as classes: if they are parts of a split, each needs folders/,
    );
  });

  it('are recognized without mistaking a class for a part because of its name', () => {
    const root = folderWith(...pictures('bullet_train/red'), ...pictures('plane/white'));
    assert.deepEqual(imageFolder(root).classes, ['bullet_train', 'plane']);
    assert.equal(subsetOfFolder('trains'), undefined);
    assert.deepEqual(subsetOfFolder('Test-Set'), { subset: 'test', before: '' });
  });

  it('are recognized for GroceryStore, whose innermost folders become classes on request, after a hint', () => {
    const root = folderWith(
      ...['train', 'val'].flatMap((part) => [
        ...pictures(`${part}/Fruit/Apple/Granny-Smith`),
        ...pictures(`${part}/Fruit/Apple/Golden-Delicious`),
        ...pictures(`${part}/Fruit/Banana`),
        ...pictures(`${part}/Vegetables/Pepper/Red`),
        ...pictures(`${part}/Vegetables/Tomato/Red`),
      ]),
    );
    const plain = imageFolder(root);
    assert.deepEqual(plain.classes, ['Fruit', 'Vegetables']);
    assert.match(plain.warnings![0]!, /of 'Fruit' are in 3 subfolders \(.*\): .* classes: 'leaf' \(--classes leaf\)/);
    const leaves = imageFolder(root, { classes: 'leaf' });
    assert.deepEqual(leaves.classes, [
      'Banana',
      'Golden-Delicious',
      'Granny-Smith',
      'Vegetables/Pepper/Red',
      'Vegetables/Tomato/Red',
    ]);
    assert.equal(leaves.warnings, undefined);
    assert.equal(leaves.examples.length, plain.examples.length);
    const second = imageFolder(root, { classes: 2 });
    assert.deepEqual(second.classes, ['Apple', 'Banana', 'Pepper', 'Tomato']);
    const third = imageFolder(root, { classes: 3 });
    assert.equal(third.skipped.length, 6);
    assert.match(third.skipped[0]!.reason, /is above the folders at depth 3/);
    assert.throws(
      () => imageFolder(root, { classes: 'leaves' as 'leaf' }),
      /'top', 'leaf' or a depth such as 2, got "leaves"/,
    );
  });
});
