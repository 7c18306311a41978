import { lackOf } from './documentation';
import { readPublicNames } from './program';
import { folderOf } from './publicNames';

// node dist/test/docs/missing.js [FOLDER...]: public names whose documentation lacks something, by folder of src

const wanted = process.argv.slice(2);
const { names } = readPublicNames();
const folders = [...new Set(names.map(folderOf))].sort();
for (const folder of wanted.length > 0 ? wanted : folders) {
  const here = names.filter((name) => folderOf(name) === folder);
  const lacks = here.flatMap((name) => lackOf(name) ?? []);
  process.stdout.write(`${folder}: ${here.length - lacks.length} of ${here.length} names documented\n`);
  for (const lack of lacks) process.stdout.write(`  ${lack}\n`);
}
