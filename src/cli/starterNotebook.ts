import { escapeMarkdown } from '../core/escape/markdown';
import { stringLiteral } from '../core/escape/sourceCode';

const text = (...lines: string[]) => ({ cell_type: 'markdown', lines, metadata: {} });
const code = (...lines: string[]) => ({ cell_type: 'code', lines, metadata: {} });

/**
 * Write a notebook for a user's own pictures: parameters, check, train, examine, save, report.
 *
 * @param title its heading
 * @param data initial value of its parameter `data`: see `openDataset`
 * @param runs folder of its run, relative to the notebook
 * @returns the text of an `.ipynb` file without outputs
 */
export function starterNotebook(title: string, data: string, runs: string): string {
  const parameters = code(
    "import type { AugmentationName, BackboneSource } from 'tunebook';",
    `let data = ${stringLiteral(data)}; // your folder with one subfolder for each class, relative to this notebook; or 'emoji' or 'letters', or the name of a public dataset`,
    "let backbone: BackboneSource = 'efficientnet-lite0'; // the pre-trained network, or { architecture, weights: FILE }; see 01-choose-a-model",
    'let epochs = 20; // passes over the training pictures',
    "let augment: AugmentationName = 'none'; // 'light', 'standard' or 'strong' change training pictures at random; see 03-augment",
    'let seed = 1; // of the split, the initial weights and all random numbers',
    `let folder = ${stringLiteral(runs)}; // folder for the run; an earlier run in it is renamed`,
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
    text('## Check', '', 'Unreadable files, duplicates, pictures in both parts of the split, small classes.'),
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
    text(
      '## Examine',
      '',
      'Which classes are confused, and the pictures behind it, the most confident mistakes first.',
    ),
    code('charts.confusionMatrixChart(run.confusion);'),
    code("charts.pictureGrid(await explain.mistakes(run), { title: 'Predicted class, and true class' });"),
    text(
      '## Save and report',
      '',
      'The run folder has the model and all that is needed to repeat the training; report.html shows the results.',
    ),
    code(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a template of the notebook's code
      "if (existsSync(folder)) renameSync(folder, `${folder}-until-${new Date().toISOString().replaceAll(':', '')}`);",
      'await saveRun(run, folder);',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a template of the notebook's code
      'writeFileSync(`${folder}/report.html`, await reportHtml(folder));',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a template of the notebook's code
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
