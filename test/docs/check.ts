import { lackOf } from './documentation';
import { checkTypes, readPublicNames } from './program';
import { folderOf } from './publicNames';
import { ExampleRunner } from './runExamples';

// node dist/test/docs/check.js NAME...: what is wrong with the documentation of some public names. NAME is one (`train`,
// `metrics.roc`), a namespace (`metrics`) or a folder of src with a slash (`metrics/`).

async function check(wanted: readonly string[]): Promise<number> {
  const { names, program } = readPublicNames();
  const chosen = names.filter((name) =>
    wanted.some((word) => name.name === word || name.name.startsWith(`${word}.`) || `${folderOf(name)}/` === word),
  );
  const examples = chosen.flatMap((name) => name.examples);
  const wrong = [...chosen.flatMap((name) => lackOf(name) ?? []), ...checkTypes(examples, program)];
  const runner = new ExampleRunner();
  for (const example of examples.filter(({ runs }) => runs)) wrong.push(...(await runner.run(example)));
  runner.close();
  for (const text of wrong) process.stdout.write(`${text}\n`);
  process.stdout.write(`${chosen.length} names, ${examples.length} examples, ${wrong.length} mistakes\n`);
  return chosen.length === 0 || wrong.length > 0 ? 1 : 0;
}

check(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
