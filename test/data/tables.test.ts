import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { imageFolder, imageTable } from '../../src/data';
import { openDataset } from '../../src/data/public';
import { temporaryFolder } from '../folders';

function folderWith(...files: string[]): string {
  const root = temporaryFolder();
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), 'x');
  }
  return root;
}

const FILES = ['a/a0.jpg', 'a/a1.jpg', 'a/a2.jpg', 'b/b0.jpg', 'b/b1.jpg', 'b/b2.jpg'];
const labelled = (root: string, { classes, examples }: ReturnType<typeof imageTable>) =>
  examples.map(({ file, label }) => `${relative(root, file)} ${classes[label]}`);
const EXPECTED = FILES.map((file) => `${file} ${file[0]}`);
const rows = (line: (file: string) => string) => FILES.map(line).join('\n');
const plain = `file,label\n${rows((file) => `${file},${file[0]}`)}\n`;

describe('tables in many forms', () => {
  const utf16 = (text: string, big = false) => {
    const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
    return big ? bytes.swap16() : bytes;
  };
  const written: Record<string, string | Buffer> = {
    'plain.csv': plain,
    'bom.csv': `\uFEFF${plain}`,
    'utf16.csv': utf16(plain),
    'utf16-big.csv': utf16(plain, true),
    'utf16-no-mark.csv': utf16(plain).subarray(2),
    'semicolons.csv': plain.replaceAll(',', ';'),
    'tabs.tsv': plain.replaceAll(',', '\t'),
    'bars.txt': plain.replaceAll(',', '|'),
    'windows.csv': plain.replaceAll('/', '\\').replaceAll('\n', '\r\n'),
    'old-mac.csv': plain.replaceAll('\n', '\r'),
    'capitals.csv': plain.replace('file,label', 'File,LABEL'),
    'blanks.csv': plain.replace('file,label', ' Image ID , Class Name ').replaceAll(',', ' , '),
    'blank-lines.csv': `\n${plain.replaceAll('\n', '\n\n')},\n\n`,
    'quotes.csv': plain.replace(/[^,\n]+/g, '"$&"'),
    'no-header.csv': rows((file) => `${file},${file[0]}`),
    'no-header.txt': rows((file) => `${file} ${file[0]}`),
    'dot-slash.csv': plain.replaceAll('\n', '\n./').replace(/\.\/$/, ''),
    'index.csv': `,image,target\n${FILES.map((file, i) => `${i},${file},${file[0]}`).join('\n')}`,
    'no-ending.csv': `image_id,breed\n${rows((file) => `${file.slice(2, -4)},${file[0]}`)}`,
    'other-machine.csv': `path,label\n${rows((file) => `C:\\Users\\me\\photos\\${file.replace('/', '\\')},${file[0]}`)}`,
    'other-root.csv': `path,label\n${rows((file) => `/content/drive/photos/${file},${file[0]}`)}`,
    'names-only.csv': `path,label\n${rows((file) => `${file.slice(2)},${file[0]}`)}`,
    'excel.csv': `sep=;\r\n${plain.replaceAll(',', ';').replaceAll('\n', '\r\n')}`,
    'excel-caret.csv': `sep=^\n${plain.replaceAll(',', '^')}`,
    'part-of-body.csv': `file,label,part\n${rows((file) => `${file},${file[0]},${file[0] === 'a' ? 'hand' : 'foot'}`)}`,
    'unknown-names.csv': `bild,sorte\n${rows((file) => `${file},${file[0]}`)}`,
  };
  for (const [name, content] of Object.entries(written)) {
    it(`reads ${name}`, () => {
      const root = folderWith(...FILES);
      writeFileSync(join(root, name), content);
      const table = imageTable(join(root, name));
      assert.deepEqual(labelled(root, table), EXPECTED);
      assert.deepEqual(table.skipped, []);
    });
  }

  it('reads the first line of a table without a header, whose classes are called as columns usually are', () => {
    const root = folderWith(...FILES);
    writeFileSync(
      join(root, 'x.csv'),
      rows((file) => `${file},${file[0] === 'a' ? 'person' : 'image'}`),
    );
    const { classes, examples } = imageTable(join(root, 'x.csv'));
    assert.deepEqual([classes, examples.length], [['image', 'person'], 6]);
  });

  it('reads letters of Windows-1252, as Excel writes them', () => {
    const root = folderWith(...FILES);
    writeFileSync(join(root, 'x.csv'), Buffer.from(plain.replaceAll(',a', ',Bär'), 'latin1'));
    assert.deepEqual(imageTable(join(root, 'x.csv')).classes, ['Bär', 'b']);
  });

  it('takes columns by name and by number, and a folder of pictures elsewhere', async () => {
    const root = folderWith(...FILES);
    const elsewhere = temporaryFolder();
    const file = join(elsewhere, 'list.csv');
    writeFileSync(file, `Bild,Sorte,Farbe\n${rows((one) => `${one},${one[0]},rot`)}`);
    await assert.rejects(
      openDataset(file, { images: root, fileColumn: 'Bilt' }),
      /no column 'Bilt'; the columns are 'Bild', 'Sorte', 'Farbe'.*Bild/,
    );
    await assert.rejects(openDataset(file, { images: root }), /no column 'label' .* \(--label-column NAME\)/);
    const options = { images: root, fileColumn: 'bild', labelColumn: '2' };
    assert.deepEqual(labelled(root, await openDataset(file, options)), EXPECTED);
    await assert.rejects(openDataset(file, { images: '/no/such', labelColumn: '2' }), /no folder '\/no\/such'/);
    await assert.rejects(
      openDataset(root, { images: root }),
      /'images' is for tables, such as a CSV file, and this is a folder/,
    );
    await assert.rejects(openDataset(file, { classes: 'leaf' }), /'classes' is for folders, and this is a table/);
  });

  it('reads parts given as words, as yes and no, and as folds', () => {
    const root = folderWith(...FILES);
    const subsets = (column: string, cells: readonly string[]) => {
      const lines = FILES.map((file, i) => `${file},${file[0]},${cells[i]}`);
      writeFileSync(join(root, 'x.csv'), `file,label,${column}\n${lines.join('\n')}`);
      return imageTable(join(root, 'x.csv'));
    };
    const of = (column: string, ...cells: string[]) =>
      subsets(column, cells)
        .examples.map(({ subset }) => subset?.[0] ?? '-')
        .join('');
    assert.equal(of('Split', 'Train', 'val', 'TEST', 'training', 'dev', ''), 'tvttv-');
    assert.equal(of('is_valid', 'False', 'True', 'False', 'False', 'True', 'False'), 'tvttvt');
    assert.equal(of('is_train', '1', '0', '1', '1', '0', '1'), 'tvttvt');
    assert.equal(of('is_test', 'no', 'no', 'yes', 'no', 'no', 'yes'), '--t--t');
    assert.equal(of('fold', '0', '1', '2', '0', '1', '2'), 'vttvtt');
    assert.match(
      subsets('fold', [...'012012']).notes![0]!,
      /3 folds: fold 0 is for validation, the others for training/,
    );
    const odd = subsets('split', ['train', 'constructor', 'toString', 'train', '__proto__', 'val']);
    assert.deepEqual(
      odd.skipped.map(({ reason }) => reason.slice(0, 24)),
      ["'constructor' is not tra", "'toString' is not train,", "'__proto__' is not train"],
    );
  });

  it('keeps other columns that divide the pictures, but no long texts, and none in which all are equal', () => {
    const root = folderWith(...Array.from({ length: 300 }, (_, i) => `${i}.jpg`));
    const lines = Array.from({ length: 300 }, (_, i) =>
      [`${i}.jpg`, i % 2, `camera ${i % 3}`, i / 2, `title number ${i}`, 'x'.repeat(201), 'same', 'odd'].join(),
    );
    const header = ['file', 'label', 'camera', 'age', 'title', 'text', 'equal', 'n'.repeat(300)].join();
    writeFileSync(join(root, 'table.csv'), [header, ...lines].join('\n'));
    const { examples } = imageTable(join(root, 'table.csv'));
    assert.equal(examples.length, 300);
    for (const { columns } of examples) assert.deepEqual(Object.keys(columns!), ['camera', 'age']);
  });

  it('sorts numbers as numbers, and keeps groups in columns with other usual names', () => {
    const root = folderWith(...FILES);
    writeFileSync(
      join(root, 'x.csv'),
      `image,level,Patient ID\n${FILES.map((file, i) => `${file},${[10, 9, 2][i % 3]}.0,p${i % 2}`).join('\n')}`,
    );
    const { classes, examples, notes } = imageTable(join(root, 'x.csv'));
    assert.deepEqual(classes, ['2', '9', '10']);
    assert.deepEqual(
      examples.map(({ group }) => group),
      ['p0', 'p1', 'p0', 'p1', 'p0', 'p1'],
    );
    assert.match(notes![0]!, /pictures with the same 'Patient ID' stay in one part of a split: 2 groups/);
  });

  it('does not choose between pictures with the same name, and lists missing ones', () => {
    const root = folderWith(...FILES, 'a/same.jpg', 'b/same.jpg');
    writeFileSync(join(root, 'x.csv'), `${plain}same.jpg,a\nhttps://example.org/1.jpg,a\nnone.jpg,b\n`);
    const { examples, skipped } = imageTable(join(root, 'x.csv'));
    assert.equal(examples.length, 6);
    assert.match(skipped[0]!.reason, /2 pictures have that name, such as .*a\/same\.jpg/);
    assert.deepEqual(
      skipped.slice(1).map(({ reason }) => reason),
      ['a web address: download the picture first', 'no such file'],
    );
  });

  it('warns if pictures have several classes, and says how many have none', () => {
    const root = folderWith(...FILES);
    writeFileSync(join(root, 'x.csv'), `${plain}a/a0.jpg,b\na/a1.jpg,a\n`);
    const { examples, warnings, skipped } = imageTable(join(root, 'x.csv'));
    assert.equal(examples.length, 6);
    assert.deepEqual(warnings, [
      "1 picture in the table with several classes, such as 'a/a0.jpg' (a and b): only the first class of a picture is used",
    ]);
    assert.equal(skipped.length, 2);
    writeFileSync(join(root, 'x.csv'), plain.replace('a/a0.jpg,a', 'a/a0.jpg,').replace('b/b0.jpg,b', 'b/b0.jpg,'));
    const { notes, unlabelled } = imageTable(join(root, 'x.csv'));
    assert.equal(unlabelled?.length, 2);
    assert.deepEqual(notes, ["2 pictures without a class (the cell in 'label' is empty): not trained on"]);
  });

  it('says what is missing in an empty table', () => {
    const root = folderWith(...FILES);
    writeFileSync(join(root, 'x.csv'), '\n \n');
    assert.throws(() => imageTable(join(root, 'x.csv')), /'.*x\.csv' has no rows: expected a line for each picture/);
  });
});

describe('groups for class folders', () => {
  const group = (file: string) => `patient${FILES.indexOf(file) % 3}`;
  const groupsOf = (content: string | Buffer, name = 'labels.csv') => {
    const root = folderWith(...FILES);
    writeFileSync(join(root, name), content);
    const { examples, warnings = [] } = imageFolder(root);
    return { groups: examples.map(({ group }) => group), warnings };
  };
  const table = `file,group\n${rows((file) => `${file},${group(file)}`)}\n`;

  it('are read from tables in any form', () => {
    const ways = [
      table,
      `\uFEFF${table}`,
      Buffer.from(`\uFEFF${table}`, 'utf16le'),
      table.replaceAll(',', ';'),
      table.replace('file,group', 'File,Group'),
      table.replace('file,group', 'path,patient_id'),
      table.replaceAll('/', '\\'),
      table.replaceAll(/\n([ab])/g, '\n./$1'),
      table.replaceAll(/\n([ab])/g, '\n/data/photos/$1'),
    ];
    for (const way of ways) assert.deepEqual(groupsOf(way), { groups: FILES.map(group), warnings: [] }, String(way));
    assert.deepEqual(groupsOf(table, 'Groups.tsv').groups, FILES.map(group));
  });

  it('end with an error if no row names a picture, because patients could be on both sides of a split', () => {
    const wrong = `file,group\n${rows((file) => `scan-${file.slice(2)},${group(file)}`)}`;
    assert.throws(
      () => groupsOf(wrong),
      /none of the 6 rows of labels\.csv .* \(its first is 'scan-a0\.jpg', a picture is 'a\/a0\.jpg'\)/,
    );
    assert.throws(() => groupsOf('file,colour\na/a0.jpg,red\n', 'groups.csv'), /groups\.csv has no column of groups/);
  });

  it('give a warning with examples if few rows match', () => {
    const { groups, warnings } = groupsOf('file,group\na/a0.jpg,x\nb/b0.jpg,x\nc/c0.jpg,y\n');
    assert.deepEqual(
      groups.filter((one) => one !== undefined),
      ['x', 'x'],
    );
    assert.equal(warnings.length, 2);
    assert.match(
      warnings[0]!,
      /1 of 3 rows of labels\.csv match no picture of the folder, or several, such as 'c\/c0\.jpg'/,
    );
    assert.match(warnings[1]!, /4 of 6 pictures have no group in labels\.csv, such as 'a\/a1\.jpg'/);
  });

  it('are found in a folder that wraps the dataset, and in the folders of parts', () => {
    const wrapped = folderWith(...FILES.map((file) => `download/photos/${file}`));
    writeFileSync(join(wrapped, 'download/photos/labels.csv'), table);
    const groups = (root: string) =>
      imageFolder(root).examples.map(({ file, group }) => `${relative(root, file)} ${group}`);
    assert.deepEqual(
      groups(wrapped),
      FILES.map((file) => `download/photos/${file} ${group(file)}`),
    );
    const parts = folderWith(...FILES.flatMap((file) => [`train/${file}`, `test/${file}`]));
    for (const part of ['train', 'test']) {
      writeFileSync(join(parts, part, 'labels.csv'), table.replaceAll(/patient/g, `${part}-patient`));
    }
    assert.deepEqual(
      groups(parts),
      ['test', 'train'].flatMap((part) => FILES.map((file) => `${part}/${file} ${part}-${group(file)}`)),
    );
  });

  it('are read from a table of another name, if it names the pictures, which is said', () => {
    const root = folderWith(...FILES);
    writeFileSync(join(root, 'metadata.csv'), table.replace('file,group', 'file_name,patient_id'));
    writeFileSync(join(root, 'others.csv'), 'file,group\nx.jpg,1\ny.jpg,2\n');
    writeFileSync(join(root, 'notes.csv'), 'not,a table "of"\npictures');
    const { examples, notes, warnings } = imageFolder(root);
    assert.deepEqual(
      examples.map(({ group }) => group),
      FILES.map(group),
    );
    assert.deepEqual(warnings, undefined);
    assert.deepEqual(notes, [
      "pictures with the same 'patient_id' in metadata.csv stay in one part of a split: 6 of 6 pictures, 3 groups",
    ]);
  });

  it('come with a warning if the table also says parts of a split, which are not used', () => {
    const split = `file,label,split\n${rows((file) => `${file},${file[0]},${file.includes('2') ? 'test' : 'train'}`)}\n`;
    const { warnings } = groupsOf(split);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0]!,
      /^labels\.csv says parts of a split \(column 'split'\), which are not used .*--data labels\.csv/,
    );
  });

  it('are missing if the table is empty or has only labels', () => {
    assert.match(groupsOf('').warnings[0]!, /labels\.csv is empty: no picture has a group/);
    assert.deepEqual(groupsOf('file,label\na/a0.jpg,a\n').warnings, []);
  });
});
