import { messageOf, UserError } from '../../core/errors';
import { escapeHtml } from '../../core/escape/html';
import { printable, printableLine } from '../../core/escape/printable';
import type { Listener } from '../../core/listener';
import { checkNumber, withDefaults } from '../../core/options';
import { correctionName, type Dataset } from '../../data';
import { frontPart, frontStyles } from '../../front/frontPart';
import { fitTemperature, logProbabilities } from '../../metrics';
import { displaySymbol, type MimeBundle } from '../../notebook/mime';
import { widget } from '../../notebook/widget';
import type { Prediction } from '../../training';
import { jpegUri } from '../bytes';
import { type RunSource, type ShownRun, shownRun } from '../shownRun';
import { judge, knownPictures } from './judge';

/** Options of {@link tryModel}. */
export interface TryModelOptions {
  /** How many of the nearest training pictures are shown, from 0 to 20. Default: 5 */
  neighbors?: number;
  /**
   * Where the pictures of a saved run are: a dataset, or what `openDataset` takes. Default: where they were in training. Of them, those
   * with the content of the training pictures are used
   */
  data?: string | Dataset;
  /** Receives progress while the features of the training pictures are computed. Default: none */
  listener?: Listener;
}

/** What a model says about one picture. */
export interface TriedPicture {
  /** Name of the picture. */
  name: string;
  /** All classes, the most probable first, with calibrated probabilities from 0 to 1. */
  classes: { name: string; probability: number }[];
  /** The training pictures with the most similar features, the nearest first; distances are cosine distances, from 0 to 2. */
  neighbors: { file: string; class: string; distance: number }[];
}

/** A model to try pictures on. As the last value of a cell it is a widget. */
export interface ModelTrial {
  /** The temperature that divides the logits, fitted on the validation pictures; above 1 the model was overconfident. */
  readonly temperature: number;
  /** Why no training pictures are shown; empty where they are. */
  readonly problem: string;
  /** What the model says about the last picture. */
  readonly last: TriedPicture | undefined;
  /**
   * Predict a picture, as dropping it does.
   *
   * @param content the bytes of a picture file
   * @param name shown beside it. Default: 'picture'
   * @throws {UserError} if it is not a picture that can be read, or is too large
   */
  try(content: Uint8Array, name?: string): Promise<TriedPicture>;
  /** Free the model, where `tryModel` has opened it itself; no picture can be tried afterwards. */
  dispose(): void;
  /** The widget, its picture and its text as the output of a cell. */
  [displaySymbol](): Promise<MimeBundle>;
}

/** With fewer validation pictures a temperature says nothing. */
const fewest = 10;

/**
 * Try a model on pictures of your own: drop, paste or choose a photo, or take one with the camera. The probabilities of all classes are
 * calibrated by temperature scaling (Guo et al. 2017) on the validation pictures; beside them are the Grad-CAM heat map (Selvaraju et
 * al. 2017) of the predicted class, and the training pictures with the most similar features.
 *
 * The pictures of a saved run are looked for where they were in training, or in `data`. Where they are missing, the model can be tried
 * all the same, and the widget says why no training pictures are beside it.
 *
 * @param run what `train` returned, before `dispose`; the folder of a saved run; or what `openRun` gives
 * @throws {UserError} when an option is unknown or out of range, or the folder is not that of a run with a model
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { tryModel } from 'tunebook/widgets';
 *
 * const trial = await tryModel('runs/first');
 * const { classes, neighbors } = await trial.try(await readFile('photo.jpg'), 'photo.jpg');
 * [classes.length, neighbors.length]; // => [ 3, 5 ]
 * ```
 */
export async function tryModel(run: RunSource, options?: TryModelOptions): Promise<ModelTrial> {
  const { neighbors, data, listener } = withDefaults('tryModel', options, {
    neighbors: 5,
    data: undefined as TryModelOptions['data'],
    listener: {} as Listener,
  });
  checkNumber('tryModel: neighbors', neighbors, { min: 0, max: 20, integer: true });
  const source = await shownRun('tryModel', run, data);
  let problem = '';
  const known = neighbors === 0 ? undefined : await knownPictures(source, listener).catch(orSay);
  /** Without training pictures the model can be tried all the same, unless the user has said where they are. */
  function orSay(error: unknown): undefined {
    if (data !== undefined || !(error instanceof UserError)) {
      source.dispose();
      throw error;
    }
    problem = printable(`No training pictures are shown: ${error.message}; \`data\` can name their folder.`);
    listener.onMessage?.(problem);
  }
  const temperature = temperatureOf(source);
  const shown = widget({
    esm: frontPart('tryModel'),
    css: frontStyles(),
    state: {
      name: '',
      classes: [] as { name: string; probability: number }[],
      neighbors: [] as { name: string; class: string; distance: number }[],
      /** the picture, its heat map, then the neighbours, as JPEGs */
      pictures: [] as Uint8Array[],
      temperature,
      problem,
      message: '',
      busy: false,
    },
    still: ({ name, classes, pictures }) => stillOf(name, classes, pictures),
    text: ({ name, classes }) => (name === '' ? 'Try the model: no picture yet' : printable(textOf(name, classes))),
  });
  let last: TriedPicture | undefined;
  const tryPicture = async (content: Uint8Array, name = 'picture'): Promise<TriedPicture> => {
    const found = await judge(source, { content, temperature, neighbors, known });
    last = { name, classes: found.classes, neighbors: found.neighbors };
    const folder = known?.folder ?? source.folder;
    const near = found.neighbors.map(({ file, ...rest }) => ({ name: correctionName(folder, file), ...rest }));
    shown.set({ name, classes: found.classes, neighbors: near, pictures: found.pictures, message: '' });
    return last;
  };
  let work = Promise.resolve();
  shown.onMessage((content, [bytes]) => {
    const { do: what, name } = (content ?? {}) as { do?: unknown; name?: unknown };
    if (what !== 'picture' || bytes === undefined) return;
    const label = printableLine(typeof name === 'string' ? name.slice(0, 200) : 'picture');
    // one after the other: two models at once would only be slower
    work = work.then(async () => {
      shown.set({ busy: true });
      try {
        await tryPicture(bytes, label);
      } catch (error) {
        shown.set({ message: printable(`${label}: ${messageOf(error)}`) });
      } finally {
        shown.set({ busy: false });
      }
    });
  });
  return {
    temperature,
    problem,
    get last() {
      return last;
    },
    try: tryPicture,
    dispose: () => source.dispose(),
    [displaySymbol]: () => shown[displaySymbol](),
  };
}

function temperatureOf({ predictions }: Pick<ShownRun, 'predictions'>): number {
  const usable = predictions.filter(({ probabilities }: Prediction) => probabilities.every(Number.isFinite));
  if (usable.length < fewest) return 1;
  const logits = logProbabilities(usable.map(({ probabilities }) => probabilities));
  return fitTemperature(
    usable.map(({ label }) => label),
    logits,
  );
}

const percent = (probability: number) => `${(100 * probability).toFixed(1)}%`;

function textOf(name: string, classes: readonly { name: string; probability: number }[]): string {
  return [`${name}:`, ...classes.slice(0, 5).map((one) => `  ${one.name} ${percent(one.probability)}`)].join('\n');
}

function stillOf(
  name: string,
  classes: readonly { name: string; probability: number }[],
  [picture, overlay]: readonly Uint8Array[],
): string {
  if (picture === undefined || overlay === undefined) return '<p>Run the cell to try the model on a picture.</p>';
  const images = [picture, overlay].map((one) => `<img src="${jpegUri(one)}" alt="${escapeHtml(name)}">`).join(' ');
  const rows = classes
    .slice(0, 5)
    .map((one) => `<tr><td>${escapeHtml(one.name)}</td><td>${percent(one.probability)}</td></tr>`);
  return `<p>${escapeHtml(name)}</p><div>${images}</div><table>${rows.join('')}</table>`;
}
