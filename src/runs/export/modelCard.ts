import { basename } from 'node:path';
import { jsonLine } from '../../core/escape/json';
import { escapeMarkdown, markdownCode } from '../../core/escape/markdown';
import { stringLiteral } from '../../core/escape/sourceCode';
import { type Fit, resizedSide } from '../../data';
import { wilsonInterval } from '../../metrics';
import { architectureOf, backboneEntry, checkBackbone, domainWeightsIn, type Preprocessing } from '../../models';
import type { RunConfiguration } from '..';

/** What users of an exported model should know about it (Mitchell et al. 2019, Model Cards for Model Reporting). */
export interface ModelCard {
  /** such as 'Classifier of 3 classes over EfficientNet-Lite0' */
  title: string;
  /** class names, in the order of the output */
  classes: string[];
  /** the pictures that the model takes: side in pixels, order of the channels, range of values, how to resize them */
  input: { size: number; channels: string; range: [0, 255]; resize: string };
  /** preprocessing of the backbone's weights; it is part of the exported model */
  preprocessing: Preprocessing;
  /** what the model's outputs mean, in a sentence */
  output: string;
  /** the pre-trained network: name in the registry, hash, licence and paper of its weights */
  backbone: { name: string; title: string; weightsSha256: string; licence: string; paper: string };
  /** what it was trained on: name of the folder, hash of the pictures, numbers of pictures */
  data: { name: string; fingerprint: string; train: number; validation: number };
  /**
   * on the validation pictures: accuracy with its 95% interval, mean cross-entropy, and the accuracy of always predicting the most
   * frequent class where the run says it
   */
  metrics: { accuracy: number; interval: [number, number]; loss: number; mostFrequent?: number };
  /** on the test pictures, which were looked at once: the same, and the number of pictures; absent where there were none */
  test?: { accuracy: number; interval: [number, number]; mostFrequent?: number; pictures: number };
  /** all options of the training */
  settings: object;
  /** of the programs that trained it */
  versions: RunConfiguration['versions'];
  /** the exported files, and how each is loaded */
  files: Record<string, string>;
}

/**
 * Make the model card of a run.
 *
 * @param configuration what config.json of the run holds, such as `readRun(folder).configuration`
 * @param metrics accuracy (0 to 1) and mean cross-entropy on the validation pictures; `interval` of the accuracy, default: Wilson's;
 *   `mostFrequent`, the accuracy of always predicting the most frequent class, default: not said; `test` of the test pictures,
 *   default: none
 * @param facts `preprocessing` of the weights; `files` and how each is loaded; `single`: the model has one output, the
 *   probability of the second of two classes. Default: false
 *
 * @example
 * ```ts
 * import { models, readRun, runs } from 'tunebook';
 * const { configuration } = readRun('runs/first');
 * const { preprocessing } = models.backboneEntry('efficientnet-lite0');
 * const card = runs.modelCard(configuration, { accuracy: 0.8, loss: 0.5 }, { preprocessing, files: {} });
 * card.classes; // => [ 'bicycle', 'cat', 'tree' ]
 * ```
 */
export function modelCard(
  configuration: RunConfiguration,
  metrics: CardMetrics,
  { preprocessing, files, single = false }: CardFacts,
): ModelCard {
  const { classes, settings, data, weightsHash, versions } = configuration;
  const backbone = checkBackbone('train', settings.backbone);
  const entry = backboneEntry(architectureOf(backbone));
  const known = domainWeightsIn(backbone);
  const { inputSize, crop, interpolation } = preprocessing;
  const right = Math.round(metrics.accuracy * data.validation);
  const wilson = data.validation > 0 ? wilsonInterval(right, data.validation) : { low: 0, high: 1 };
  const { low, high } = metrics.interval ?? wilson;
  return {
    title: `Classifier of ${classes.length} classes over ${known?.title ?? entry.title}`,
    classes,
    input: {
      ...{ size: inputSize, channels: channelsOf(preprocessing), range: [0, 255] },
      ...(data.reading?.ranges && { blackAndWhite: data.reading.ranges }),
      ...(data.reading?.bands && { bands: data.reading.bands }),
      resize: resizeOf(inputSize, crop, interpolation, data.reading?.fit),
    },
    preprocessing,
    output: single
      ? `the probability of ${classes[1]}; that of ${classes[0]} is the rest to 1`
      : `probabilities of ${classes.join(', ')}, in this order`,
    backbone: {
      ...{ name: known?.name ?? entry.name, title: known?.title ?? entry.title, weightsSha256: weightsHash },
      ...{ licence: known?.licence ?? entry.weights.licence, paper: known?.paper ?? entry.paper },
    },
    data: {
      name: basename(data.folder), // the full path would show how this machine's folders are named
      fingerprint: data.fingerprint,
      train: data.train,
      validation: data.validation,
    },
    metrics: {
      ...{ accuracy: metrics.accuracy, loss: metrics.loss, interval: [low, high] },
      ...(metrics.mostFrequent !== undefined && { mostFrequent: metrics.mostFrequent }),
    },
    ...(metrics.test && { test: metrics.test }),
    settings,
    versions,
    files,
  };
}

/** The order of the channels of a picture. */
function channelsOf({ channels = 3 }: Preprocessing): string {
  if (channels === 3) return 'red, green, blue';
  return channels === 1 ? 'grey' : `${channels} bands`;
}

function resizeOf(size: number, crop: number, interpolation: string, fit: Fit = 'crop'): string {
  const how = `${interpolation}, anti-aliased`;
  if (fit === 'stretch') return `to ${size} x ${size} pixels without regard to proportions (${how})`;
  if (fit === 'pad') return `longer side to ${size} pixels (${how}), in the middle of a black ${size} x ${size}`;
  return `shorter side to ${resizedSide({ inputSize: size, crop })} pixels (${how}), then the middle ${size} x ${size}`;
}

/** What the card says of accuracy and loss. */
export interface CardMetrics {
  /** fraction of the validation pictures that are right, from 0 to 1 */
  accuracy: number;
  /** mean cross-entropy of the validation pictures */
  loss: number;
  /** 95% confidence interval of the accuracy. Default: Wilson's, which knows no groups */
  interval?: { low: number; high: number } | undefined;
  /** accuracy of always predicting the most frequent class of the validation pictures, from 0 to 1. Default: not said */
  mostFrequent?: number | undefined;
  /** on the test pictures. Default: none */
  test?: ModelCard['test'];
}

/** What the card says of the exported files. */
export interface CardFacts {
  /** of the backbone's weights */
  preprocessing: Preprocessing;
  /** the exported files, and how each is loaded */
  files: Record<string, string>;
  /** whether the model has one output, the probability of the second of two classes. Default: false */
  single?: boolean;
}

/** Code that loads the exported model and names its classes, in Python and in TypeScript, for those formats that were written. */
function useOf({ classes, files, input, preprocessing: { channels = 3 } }: ModelCard): string {
  const names = `[${classes.map(stringLiteral).join(', ')}]`;
  const pixels = `pixels, as numbers from 0 to 255: [batch, ${input.size}, ${input.size}, ${channels}]`;
  const python = `import keras

classes = ${names}
model = keras.models.load_model('model.h5')
probabilities = model.predict(pictures)  # ${pixels}`;
  const typescript = `import * as tf from ${stringLiteral('@tensorflow/tfjs-node')};

const classes = ${names};
const model = await tf.loadLayersModel('file://tfjs/model.json');
const probabilities = model.predict(pictures); // ${pixels}`;
  const blocks = [
    ...('model.h5' in files ? [markdownCode(python, 'python')] : []),
    ...('tfjs/model.json' in files ? [markdownCode(typescript, 'typescript')] : []),
  ];
  return blocks.map((block) => `\n${block}\n`).join('');
}

function testRow({ test }: ModelCard): string {
  if (!test) return '';
  return `| test accuracy | ${withBaseline(test, `${test.pictures} pictures that were looked at once`)} |\n`;
}

/** An accuracy with its interval, and the accuracy of always predicting the most frequent class where that is known. */
function withBaseline(
  { accuracy, interval: [low, high], mostFrequent }: ModelCard['metrics'] | NonNullable<ModelCard['test']>,
  pictures: string,
): string {
  const baseline = mostFrequent === undefined ? '' : `; always the most frequent class: ${percent(mostFrequent)}`;
  return `${percent(accuracy)} (95% interval ${percent(low)} to ${percent(high)}, ${pictures})${baseline}`;
}

const percent = (value: number) => `${(100 * value).toFixed(1)}%`;

/**
 * Write a model card as a Markdown page.
 *
 * @example
 * ```ts
 * import { exportRun, runs } from 'tunebook';
 * const { card } = await exportRun('runs/first', 'exported', { formats: ['keras'] });
 * runs.modelCardMarkdown(card).slice(0, 25); // => '# Classifier of 3 classes'
 * ```
 */
export function modelCardMarkdown(card: ModelCard): string {
  const { backbone, data, metrics, input, preprocessing } = card;
  const { mean, std, channelOrder } = preprocessing;
  // the run's configuration may come from anywhere, so its values are escaped; those of the registry are known
  const list = (values: readonly number[]) => values.map((value) => Number(value.toFixed(3))).join(', ');
  return `# ${card.title}

**Classes**, in the order of the output: ${card.classes.map(escapeMarkdown).join(', ')}.

| | |
| --- | --- |
| input | ${input.size} x ${input.size} pixels, ${input.channels}, ${input.range.join(' to ')}, batch first |
| resize | ${escapeMarkdown(input.resize)} |
| preprocessing | in the model: minus ${list(mean)}, divided by ${list(std)}${channelOrder === 'bgr' ? ', blue first' : ''} |
| output | ${escapeMarkdown(card.output)} |
| validation accuracy | ${withBaseline(metrics, `${data.validation} pictures`)} |
| validation loss | ${metrics.loss.toFixed(4)} |
${testRow(card)}| data | ${escapeMarkdown(data.name)}: ${data.train} pictures for training, ${data.validation} for validation |
| data fingerprint | ${escapeMarkdown(data.fingerprint)} |
| backbone | ${backbone.title} (${backbone.paper}) |
| backbone's weights | SHA-256 ${escapeMarkdown(backbone.weightsSha256)}, licence ${backbone.licence} |
| made with | tunebook ${escapeMarkdown(card.versions.tunebook)}, TensorFlow ${escapeMarkdown(card.versions.tensorflow)} |

## Files

${Object.entries(card.files)
  .map(([name, what]) => `- \`${name}\`: ${what}`)
  .join('\n')}

## How to use it

The class of output number i is line i of \`classes.txt\`, counted from 0; in a name, \`\\n\` stands for a line break and \`\\\\\` for a backslash.
The names are also in \`model-card.json\`, unescaped.
${useOf(card)}
## How it was trained

${markdownCode(jsonLine(card.settings, 2), 'json')}

## What to keep in mind

The accuracy was measured on the validation pictures of this data set, which also decided when training ended. On other pictures
(another camera, another place, another mixture of classes) it may be lower; a picture of none of the classes still gets
probabilities that sum to one.
`;
}
