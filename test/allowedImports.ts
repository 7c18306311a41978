/**
 * Which folder of src may import from which, types included: each folder imports only from folders above it.
 * CONTRIBUTING contains this table, and imports.test.ts checks every import against it.
 */
export const allowedImports: Record<string, { what: string; knows: readonly string[] }> = {
  core: { what: 'errors, options, random numbers, files, locks, downloads, escaping, the listener', knows: [] },
  front: {
    what: 'what runs in a browser: plain ES modules, which widgets and pages use; no others import them, only their text',
    knows: ['core'],
  },
  tensorflow: {
    what: 'the only folder that loads TensorFlow: repairs of tfjs, gradients, compiled graphs',
    knows: ['core'],
  },
  models: { what: 'families of backbones, their registry, readers of weight files', knows: ['core', 'tensorflow'] },
  layers: {
    what: 'changes to a model: freezing, heads, table of layers, learning rates by group',
    knows: ['core', 'tensorflow', 'models'],
  },
  metrics: { what: 'metrics from plain arrays, without TensorFlow', knows: ['core'] },
  charts: { what: 'Vega-Lite specifications of charts, and their SVG or PNG', knows: ['core', 'metrics'] },
  data: {
    what: 'folders, tables, decoding, splits, public datasets, checks (whose findings are shown as charts)',
    knows: ['core', 'tensorflow', 'charts'],
  },
  augment: { what: 'augmentation: operations on pictures, pipelines, presets', knows: ['core', 'tensorflow', 'data'] },
  features: {
    what: 'from picture files to features: pixels, augmented views, cached output of frozen layers',
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
    what: 'analysis of data and runs: advise, explain, diagnose, preview augmentation',
    knows: [
      ...['core', 'tensorflow', 'models', 'layers', 'metrics', 'charts', 'data', 'augment', 'features', 'training'],
      ...['runs', 'study'],
    ],
  },
  terminal: { what: 'progress and results on a terminal', knows: ['core', 'charts', 'metrics', 'training', 'study'] },
  notebook: {
    what: 'the only folder that talks to the kernel: show, live displays, progress, stop, the protocol of widgets; uses terminal outside notebooks',
    knows: ['core', 'front', 'charts', 'metrics', 'data', 'training', 'study', 'terminal'],
  },
  widgets: {
    what: 'widgets that act on data, runs and pictures',
    knows: [
      ...['core', 'front', 'tensorflow', 'models', 'layers', 'metrics', 'charts', 'data', 'augment', 'features'],
      ...['training', 'runs', 'analysis', 'notebook'],
    ],
  },
  report: {
    what: 'a run or a study as one web page',
    knows: [
      ...['core', 'tensorflow', 'models', 'layers', 'metrics', 'charts', 'data', 'augment', 'features', 'training'],
      ...['runs', 'study', 'analysis'],
    ],
  },
  auto: {
    what: 'finds a good model in a given time: candidates, their cost, the evidence for them, the order of the work',
    knows: [
      ...['core', 'tensorflow', 'models', 'layers', 'metrics', 'charts', 'data', 'augment', 'features', 'training'],
      ...['runs', 'study', 'analysis', 'report'],
    ],
  },
  course: {
    what: 'the exercises of the course, and what is said of an answer',
    knows: ['core', 'metrics', 'data', 'training'],
  },
  cli: {
    what: 'the command line',
    knows: [
      ...['core', 'front', 'tensorflow', 'models', 'layers', 'metrics', 'charts', 'data', 'augment', 'features'],
      ...['training', 'runs', 'study', 'analysis', 'terminal', 'notebook', 'widgets', 'report', 'auto', 'course'],
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
