/**
 * Which folder of src may import from which, types included: what stands higher knows nothing of what stands lower.
 * CONTRIBUTING prints this table, and imports.test.ts holds every import against it.
 */
export const allowedImports: Record<string, { what: string; knows: readonly string[] }> = {
  core: { what: 'errors, options, random numbers, files, locks, downloads, escaping, the listener', knows: [] },
  tensorflow: { what: 'the only door to TensorFlow: load, repair, gradients, compiled graphs', knows: ['core'] },
  models: { what: 'families of backbones, the registry, readers of weight files', knows: ['core', 'tensorflow'] },
  layers: {
    what: 'surgery on a model: freeze, heads, layer table, learning rates by group',
    knows: ['core', 'tensorflow', 'models'],
  },
  metrics: { what: 'plain arrays in, plain values out', knows: ['core'] },
  charts: { what: 'data in, Vega-Lite specification out; drawn as SVG or PNG', knows: ['core', 'metrics'] },
  data: {
    what: 'folders, tables, decoding, splits, public datasets, checks (which show what they find as a chart)',
    knows: ['core', 'tensorflow', 'charts'],
  },
  augment: { what: 'operations on pictures, pipelines, presets', knows: ['core', 'tensorflow', 'data'] },
  features: {
    what: 'the one way from a file to what a head sees: pixels, views, the frozen part computed once',
    knows: ['core', 'tensorflow', 'models', 'layers', 'data', 'augment'],
  },
  training: {
    what: 'settings, fit, optimizers, losses, schedules, variants',
    knows: ['core', 'tensorflow', 'models', 'layers', 'metrics', 'data', 'augment', 'features'],
  },
  runs: {
    what: 'one run: save, open, predict, export, TensorBoard',
    knows: ['core', 'tensorflow', 'models', 'layers', 'metrics', 'data', 'augment', 'features', 'training'],
  },
  study: {
    what: 'many runs: axes, plan, executors, queue, statistics, tables, MLflow',
    knows: ['core', 'tensorflow', 'models', 'layers', 'metrics', 'data', 'augment', 'features', 'training', 'runs'],
  },
  analysis: {
    what: 'questions asked of data and runs: advise, explain, diagnose, preview augmentation',
    knows: [
      ...['core', 'tensorflow', 'models', 'layers', 'metrics', 'charts', 'data', 'augment', 'features', 'training'],
      ...['runs', 'study'],
    ],
  },
  terminal: { what: 'training and studies on a terminal', knows: ['core', 'charts', 'training', 'study'] },
  notebook: {
    what: 'the only door to the kernel: show, live displays, progress, stop; on a terminal what terminal shows',
    knows: ['core', 'charts', 'metrics', 'data', 'training', 'study', 'terminal'],
  },
  report: {
    what: 'a run or a study as one page',
    knows: [
      ...['core', 'tensorflow', 'models', 'layers', 'metrics', 'charts', 'data', 'augment', 'features', 'training'],
      ...['runs', 'study', 'analysis'],
    ],
  },
  cli: {
    what: 'the command line',
    knows: [
      ...['core', 'tensorflow', 'models', 'layers', 'metrics', 'charts', 'data', 'augment', 'features', 'training'],
      ...['runs', 'study', 'analysis', 'terminal', 'notebook', 'report'],
    ],
  },
};

/** The table as CONTRIBUTING prints it. */
export function allowedImportsTable(): string {
  const rows = Object.entries(allowedImports).map(
    ([folder, { what, knows }]) =>
      `| \`src/${folder}/\` | ${what} | ${knows.length === Object.keys(allowedImports).length - 1 ? 'everything' : knows.map((name) => `\`${name}\``).join(' ')} |`,
  );
  return ['| folder | what | may import |', '| --- | --- | --- |', ...rows].join('\n');
}
