import { escapeMarkdown } from '../core/escape/markdown';
import { stringLiteral } from '../core/escape/sourceCode';

const text = (...lines: string[]) => ({ cell_type: 'markdown', lines, metadata: {} });
const code = (...lines: string[]) => ({ cell_type: 'code', lines, metadata: {} });

/**
 * A notebook for somebody's own pictures: parameters, check, train, look, save, report.
 *
 * @param title its heading
 * @param data what its parameter `data` begins with: see `openDataset`
 * @param runs folder of its run, relative to the notebook
 * @returns the text of an `.ipynb` file without outputs
 */
export function starterNotebook(title: string, data: string, runs: string): string {
  const parameters = code(
    "import type { AugmentationName, BackboneName } from 'tunebook';",
    `let data = ${stringLiteral(data)}; // your folder with one subfolder a class, seen from this notebook; or 'emoji', or a public dataset by name`,
    "let backbone: BackboneName = 'efficientnet-lite0'; // the pre-trained network; 01-choose-a-model says which to take",
    'let epochs = 20; // times that training goes through the pictures',
    "let augment: AugmentationName = 'none'; // 'light', 'standard' or 'strong' change training pictures at random; see 03-augment",
    'let seed = 1; // decides the split, the first weights and every random number',
    `let folder = ${stringLiteral(runs)}; // where the trained model goes; an earlier one in its place is kept beside it`,
  );
  const quick = { epochs: 3 };
  const cells = [
    text(
      `# ${escapeMarkdown(title)}`,
      '',
      '**The question.** What do you want to know about these pictures? Write it here, before you look at a number.',
    ),
    { ...parameters, metadata: { tags: ['parameters'], tunebook: { quick } } },
    code(
      "import { existsSync, renameSync, writeFileSync } from 'node:fs';",
      "import { resolve } from 'node:path';",
      'import {',
      '  charts, checkDataset, diagnose, explain, openDataset, reportHtml, saveRun, splitDataset, train, watch,',
      "} from 'tunebook';",
    ),
    text(
      '## Check',
      '',
      'What cannot be read, what is there twice, what lies on both sides of the split, which classes are small.',
    ),
    code(
      'const dataset = await watch((listener) => openDataset(data, { listener }));',
      'const split = splitDataset(dataset, { seed });',
      'const check = await watch((listener) => checkDataset(dataset, { split, listener }));',
      'check.summary;',
    ),
    code('check.findings;'),
    code('check.grid;'),
    text('## Train', '', 'The stop button ends training after the current batch and keeps what was learned.'),
    code(
      'const run = await watch((listener) => train(dataset, { backbone, epochs, augment, seed, listener }));',
      'diagnose(run).text;',
    ),
    text('## Look', '', 'At what is mistaken for what, and at the pictures behind it: the surest mistakes first.'),
    code('charts.confusionMatrixChart(run.confusion);'),
    code("charts.pictureGrid(await explain.mistakes(run), { title: 'What the model says, and what it is' });"),
    text(
      '## Save and report',
      '',
      'The run folder has the model and all that is needed to repeat it; the page says what it came to.',
    ),
    code(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the notebook's
      "if (existsSync(folder)) renameSync(folder, `${folder}-until-${new Date().toISOString().replaceAll(':', '')}`);",
      'await saveRun(run, folder);',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the notebook's
      'writeFileSync(`${folder}/report.html`, await reportHtml(folder));',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the notebook's
      "console.log(`npx tunebook predict --model '${resolve(folder).replaceAll(\"'\", \"'\\\\''\")}' photo.jpg`);",
    ),
  ];
  return `${JSON.stringify(
    {
      cells: cells.map(({ cell_type, lines, metadata }, i) => ({
        cell_type,
        ...(cell_type === 'code' && { execution_count: null }),
        id: `${cell_type === 'code' ? 'code' : 'text'}-${String(i).padStart(2, '0')}`,
        metadata,
        ...(cell_type === 'code' && { outputs: [] }),
        source: lines.map((line, i) => (i < lines.length - 1 ? `${line}\n` : line)),
      })),
      metadata: { kernelspec: { display_name: 'TypeScript (tunebook)', language: 'typescript', name: 'tslab' } },
      nbformat: 4,
      nbformat_minor: 5,
    },
    null,
    1,
  )}\n`;
}
