import { readdirSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { SetupError } from './errors.mjs';
import { inProject, projectFolder } from './paths.mjs';

/** Where the build puts the tests. */
const folder = inProject('dist', 'test');

/** What runs by itself at the end, as it uses all cores itself. As in all lists here, an entry is how names begin. */
export const ALONE = ['notebooks/course'];

/** What does not run beside its like: it would take the same port, or empty the other's folder, or waits most of the time. */
export const IN_TURN = [
  ['browser/', 'kernel-setup/lab'],
  ['study/queue', 'kernel/'],
];

/**
 * What has a process of its own beside the others: for half of the time it waits for leases to end, kernels and pages to answer and
 * processes to start, and a core would have nothing to do.
 */
export const WAITING = ['browser/', 'study/queue', 'kernel/'];

/** What takes long begins first, so that not one process is at work at the end and the others have nothing left. */
export const LONG = ['kernel/', 'report/report', 'models/weights/damage', 'cli/main', 'training/', 'study/', 'runs/'];

/** What `npm run test:fast` leaves out: kernels, browsers, other processes that load TensorFlow, training, set-up. */
export const SLOW = [
  'analysis/advise/compareBackbones',
  'features/domain/domainSimilarity',
  'analysis/advise/recommendBackbone',
  'analysis/explain/',
  'analysis/labels/',
  'browser/',
  'cli/apiPages',
  'cli/main',
  'cli/new',
  'cli/notebooks',
  'cli/site',
  'core/escape/outputs',
  'data/checks/alike',
  'data/checks/poorPictures',
  'data/corrections',
  'data/public/publicDataset',
  'data/sources',
  'data-samples/build',
  'docs/',
  'features/augmentedViews',
  'features/features',
  'features/trainedFeatures',
  'kernel/',
  'kernel-setup/doctor',
  'kernel-setup/lab',
  'kernel-setup/lastResort',
  'kernel-setup/platform',
  'kernel-setup/setup',
  'kernel-setup/testRun',
  'kernel-setup/userKernel',
  'models/architectures',
  'models/efficientNetLite',
  'models/families',
  'models/loadTfjsModel',
  'models/multiplyAdds',
  'models/weights/damage',
  'models/weights/kerasWeights',
  'notebooks/course',
  'package/',
  'report/command',
  'report/evaluation',
  'report/report',
  'report/slices',
  'runs/',
  'study/diagnose',
  'study/packedFolder',
  'study/processPool',
  'study/queue',
  'study/savedRuns',
  'study/study',
  'tensorflow/graph/backbones',
  'tensorflow/graph/compileForward',
  'tensorflow/graph/trainingStep',
  'training/checkpoint',
  'training/crossValidate',
  'training/control',
  'training/engine',
  'training/families',
  'training/findLearningRate',
  'training/fit',
  'training/regularization',
  'training/testPart',
  'training/variants',
  'widgets/',
];

const isIn = (/** @type {string} */ file, /** @type {readonly string[]} */ entries) =>
  entries.some((entry) => file.startsWith(entry));

/** @returns {string[]} all test files, without `.test.js` and what is before */
export function allTests() {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.test.js'))
    .map((file) => file.slice(0, -'.test.js'.length).replaceAll(sep, '/'))
    .sort();
}

/**
 * The test files to run, in the order in which they begin.
 *
 * @param {readonly string[]} named by a person: sources, or what was built of them; none for all
 * @param {boolean} fast
 * @returns {{together: string[][], waiting: string[][], alone: string[][]}} lists of files that run one after the other
 * @throws {SetupError} for a name that is no test
 */
export function chooseTests(named, fast) {
  const known = allTests();
  const chosen =
    named.length > 0 ? named.map((name) => find(name, known)) : known.filter((file) => !fast || !isIn(file, SLOW));
  const lists = /** @type {Map<string, string[]>} */ (new Map());
  for (const file of [...new Set(chosen)].sort((a, b) => place(a) - place(b))) {
    const group = IN_TURN.findIndex((entries) => isIn(file, entries));
    const key = group < 0 ? file : String(group);
    lists.set(key, [...(lists.get(key) ?? []), file]);
  }
  const all = [...lists.values()];
  const are = (/** @type {readonly string[]} */ entries) => all.filter(([file = '']) => isIn(file, entries)).map(built);
  const others = all.filter(([file = '']) => !isIn(file, [...ALONE, ...WAITING]));
  return { together: others.map(built), waiting: are(WAITING), alone: are(ALONE) };
}

/** @param {string} file */
function place(file) {
  const found = LONG.findIndex((entry) => file.startsWith(entry));
  return found < 0 ? LONG.length : found;
}

const built = (/** @type {string[]} */ files) => files.map((file) => inProject('dist', 'test', `${file}.test.js`));

/**
 * @param {string} name `test/data/split.test.ts`, `dist/test/data/split.test.js` or `data/split`
 * @param {readonly string[]} all
 * @returns {string}
 */
function find(name, all) {
  const path = relative(projectFolder, resolve(name)).replaceAll(sep, '/');
  const plain = (/** @type {string} */ text) => text.replace(/^(dist\/)?test\//, '').replace(/\.test\.[jt]s$/, '');
  const found = [path, name].map(plain).find((each) => all.includes(each));
  if (found === undefined)
    throw new SetupError(`There is no test '${name}'. Name a file like test/data/split.test.ts.`);
  return found;
}
