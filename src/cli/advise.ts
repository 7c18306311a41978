import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import {
  type BackboneComparison,
  cachedBackbones,
  channelsOf,
  compareBackbones,
  domainHint,
  type Recommendation,
  recommendBackbone,
} from '../analysis/advise';
import { renderPng } from '../charts/render';
import { UserError } from '../core/errors';
import { printableLine } from '../core/escape/printable';
import { writeFileAtomically } from '../core/files';
import { type Fit, withFit } from '../data';
import { type DataOptions, openDataset } from '../data/public';
import { type DomainSimilarity, domainSimilarity } from '../features';
import { type Monitor, monitors } from '../metrics/measures';
import {
  architectureOf,
  type BackboneData,
  type BackboneName,
  type BackboneSource,
  checkDomain,
  type Domain,
  domains,
  hasOwnWeights,
} from '../models';
import type { EngineChoice } from '../tensorflow/graph';
import { terminalListener } from '../terminal/terminal';
import { addTableOptions, DATA_HELP, fitOption, splitDataOptions } from './dataOptions';
import { numberOption } from './options';
import { chartKind, markedPng, outputFile } from './outputFile';
import { print, printJson } from './print';
import { interruptible } from './stop';
import { settingOption } from './trainingOptions';
import {
  backboneArgument,
  inputChannelsOption,
  weightsFileOption,
  withInputChannels,
  withWeightsFile,
} from './weightsFile';

interface Options extends Omit<DataOptions, 'classes'> {
  fit?: Fit;
  data?: string;
  backbones?: (BackboneName | BackboneData)[];
  weightsFile?: string;
  inputChannels?: number;
  domain?: Domain;
  pictures?: number;
  classes: number;
  similarity: number;
  minutes: number;
  seed: number;
  monitor: Monitor;
  engine?: EngineChoice;
  picture?: string;
  json?: true;
}

interface Advice {
  comparison?: BackboneComparison;
  similarity?: DomainSimilarity;
  recommendation: Recommendation;
  /** that there are weights of other domains */
  hint?: string;
}

/** `tunebook advise`: recommend a backbone for a dataset, and how much of it to train. */
export function adviseCommand(): Command {
  const whole = (min: number) => numberOption({ min, integer: true });
  const list = (text: string) => text.split(',').map((each) => backboneArgument('advise', each.trim()));
  const command = new Command('advise')
    .description('compare backbones on a dataset without training them, and recommend one')
    .option('--data <dir>', DATA_HELP)
    .option(
      '--backbones <names>',
      'backbones to compare, separated by commas: names, hf://OWNER/MODEL, runs, or files of weights; default: those whose weights are in the cache',
      list,
    )
    .addOption(weightsFileOption())
    .addOption(inputChannelsOption())
    .option(
      '--domain <name>',
      `also compare weights that were trained on such pictures: ${Object.keys(domains).join(', ')}`,
      (text) => checkDomain('advise', text),
    )
    .option('--pictures <n>', 'without --data: number of training pictures to recommend for', whole(1))
    .option('--classes <n>', 'without --data: number of classes', whole(2), 5)
    .option(
      '--similarity <part>',
      'without --data: similarity of the pictures to photos, from 0 to 1',
      numberOption({ min: 0, max: 1 }),
      1,
    )
    .option('--minutes <n>', 'minutes that a training may take', numberOption({ min: 0 }), 60)
    .option('--seed <n>', 'seed of the cross-validation', whole(0), 0)
    .addOption(
      new Option('--monitor <measure>', 'by what linear probes on the pictures are compared')
        .choices(monitors)
        .default('accuracy'),
    )
    .addOption(settingOption('engine').helpGroup('Options:'))
    .option('--picture <file>', 'write the chart of the comparison as a PNG')
    .option('--json', 'print one JSON object as the last line')
    .action(async (options: Options) => {
      const picture = options.picture === undefined ? undefined : outputFile(options.picture, '--picture', chartKind);
      const advice = await advise(options);
      if (picture !== undefined && advice.comparison) {
        writeFileAtomically(picture, markedPng(await renderPng(advice.comparison.chart)));
      }
      if (options.json) printJson(toJson(advice, picture));
      else print(asText(advice));
    });
  return addTableOptions(command).addOption(fitOption('crop'));
}

async function advise({
  data,
  backbones: given,
  weightsFile,
  inputChannels,
  domain,
  pictures,
  classes,
  minutes,
  seed,
  fit,
  monitor,
  engine,
  ...options
}: Options): Promise<Advice> {
  const chosen = withOwnWeights(given, weightsFile);
  const sources =
    inputChannels === undefined
      ? chosen
      : (chosen ?? cachedBackbones()).map((each) => withInputChannels('advise', each, inputChannels));
  if (data === undefined) {
    if (pictures === undefined)
      throw new UserError('give the dataset (--data DIR) or the number of pictures (--pictures N)');
    if (options.picture !== undefined) throw new UserError('--picture shows a comparison, which needs --data');
    if (engine !== undefined) throw new UserError('--engine computes features of pictures: give them (--data DIR)');
    if (domain !== undefined)
      throw new UserError('weights of a domain are measured on pictures: give them (--data DIR)');
    const { similarity } = options;
    const names = sources?.map((each) => {
      if (!hasOwnWeights(each)) return architectureOf(each);
      throw new UserError('weights of your own are measured on pictures: give them (--data DIR)');
    });
    return { recommendation: await recommendBackbone({ pictures, classes, similarity, minutes, names }) };
  }
  if (pictures !== undefined) throw new UserError('--pictures is for a recommendation without --data: leave one out');
  const { end, ...listener } = terminalListener();
  return interruptible(async (shouldStop): Promise<Advice> => {
    const opened = await openDataset(data, { ...splitDataOptions<DataOptions>(options).how, listener });
    const dataset = withFit(opened, fit);
    const stoppable = { ...listener, shouldStop };
    const comparison = await compareBackbones(dataset, sources, { domain, seed, monitor, engine, listener: stoppable });
    if (comparison.backbones.length === 0) throw new UserError('stopped before a backbone was measured');
    // if it was stopped, the backbones that have been compared are enough for a recommendation
    const similarity = shouldStop()
      ? undefined
      : await similarityOf(comparison, (backbone) =>
          domainSimilarity(dataset, backbone, { seed, listener: stoppable }),
        );
    const recommendation = await recommendBackbone({
      ...{ pictures: dataset.examples.length, classes: dataset.classes.length, comparison, similarity, minutes },
    });
    const channels = channelsOf(comparison.backbones.map(({ backbone }) => backbone));
    const hint = domain === undefined ? domainHint(similarity, channels) : undefined;
    return { comparison, similarity, recommendation, hint };
  }).finally(end);
}

/** The backbones of `--backbones`; `--weights-file` has the weights of the only one, or is compared with those in the cache. */
function withOwnWeights(given: Options['backbones'], weightsFile: string | undefined): Options['backbones'] {
  if (weightsFile === undefined) return given;
  if (given !== undefined && given.length > 1) {
    throw new UserError(
      `--weights-file has the weights of one backbone, and --backbones names ${given.length}: name one, or give files of weights in --backbones`,
    );
  }
  const own = withWeightsFile('advise', given?.[0], weightsFile)!;
  return given === undefined ? [...cachedBackbones(), own] : [own];
}

/** The similarity by the first of the compared backbones that has batch normalization and was not trained on pictures of a domain. */
async function similarityOf(
  { backbones }: BackboneComparison,
  measure: (backbone: BackboneSource) => Promise<DomainSimilarity>,
): Promise<DomainSimilarity | undefined> {
  let found: DomainSimilarity | undefined;
  for (const { backbone, domain } of backbones) {
    if (domain !== null) continue;
    found = await measure(backbone);
    if (found.distance !== null) break;
  }
  return found;
}

function toJson({ comparison, similarity, recommendation, hint }: Advice, picture?: string) {
  const { best, choices, unavailable } = recommendation;
  return {
    comparison: comparison?.backbones ?? null,
    skipped: comparison?.skipped ?? [],
    similarity: similarity ? { ...similarity, layers: similarity.layers.objects() } : null,
    best: best.name,
    choices,
    unavailable,
    leftOut: comparison?.leftOut ?? [],
    hint: hint ?? null,
    picture: picture === undefined ? null : resolve(picture),
  };
}

function asText({ comparison, similarity, recommendation: { choices, unavailable }, hint }: Advice): string {
  const { skipped = [], leftOut = [] } = comparison ?? {};
  const lines = [
    ...(comparison ? [comparison.chart.usermeta.text, ''] : []),
    ...skipped.map(({ file, reason }) => `skipped ${printableLine(file)}: ${printableLine(reason)}`),
    ...leftOut.map(({ title, reason }) => `left out ${title}: ${printableLine(reason)}`),
    ...(similarity ? [similarity.explanation] : []),
    ...(hint ? [hint] : []),
    ...(similarity ? [''] : []),
    ...choices.flatMap(({ rank, title, variant, minutes, weights, reason }) => [
      `${rank}. ${title}: ${variant}, ${duration(minutes)}${weights === 'network' ? ', weights to download' : ''}`,
      `   ${reason}`,
    ]),
  ];
  if (unavailable.length > 0) {
    const names = unavailable.map(({ name }) => name).join(', ');
    lines.push('', `left out, as their weights are not available: ${names}`, `   ${unavailable[0]!.reason}`);
  }
  return `${lines.join('\n')}\n`;
}

function duration(minutes: number): string {
  if (minutes < 1) return `about ${Math.max(1, Math.round(60 * minutes))} s`;
  return minutes < 90 ? `about ${Math.round(minutes)} min` : `about ${(minutes / 60).toFixed(1)} h`;
}
