import { arquero } from '../../core/arquero';
import type { ColumnTable } from '../../core/columnTable';
import { UserError } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import type { DomainSimilarity } from '../../features/domain/domainSimilarity';
import {
  architectureOf,
  type BackboneData,
  type BackboneName,
  backboneEntry,
  backboneLabel,
  backboneNames,
  buildArchitecture,
  domainWeightsIn,
  familyOf,
  hasOwnWeights,
  multiplyAdds,
  weightsAvailability,
} from '../../models';
import type { BackboneComparison, BackboneMeasurement } from './compareBackbones';
import { type DeviceSpeed, deviceSpeed } from './deviceSpeed';
import { type Candidate, rank } from './rank';
import { type AdvisedVariant, advisedVariants, suitableVariant, trainingMinutes } from './trainingTime';

/** Options of `recommendBackbone`: the dataset, the device and the time. */
export interface RecommendBackboneOptions {
  /** number of training pictures, at least 1; required */
  pictures?: number;
  /** number of classes, at least 2. Default: 5 */
  classes?: number;
  /** what `domainSimilarity` returned, or its similarity from 0 to 1. Default: 1, photos of everyday things */
  similarity?: DomainSimilarity | number;
  /** what `compareBackbones` returned: its accuracies are used instead of published ones. Default: none */
  comparison?: BackboneComparison;
  /** what `models.deviceSpeed` returned. Default: this machine, measured in a few seconds */
  device?: DeviceSpeed;
  /** the most minutes that a training may take. Default: 60 */
  minutes?: number;
  /** backbones to choose from. Default: those of the comparison, or all of the registry */
  names?: readonly BackboneName[];
}

/** A recommended backbone, how much of it to train, and why. */
export interface BackboneChoice extends Candidate {
  /** 1 for the best */
  rank: number;
  /** the variant of `train` to use */
  variant: AdvisedVariant;
  /** estimated time of a training, without decoding */
  minutes: number;
  /** where the weights are: in the cache, elsewhere on this machine, or to be downloaded */
  weights: 'cached' | 'here' | 'network';
  /** why it has this rank and this variant, in words */
  reason: string;
  /** the part of `reason` about the variant */
  variantReason: string;
}

/** What `recommendBackbone` returns. */
export interface Recommendation {
  /** the first of the choices */
  best: BackboneChoice;
  /** the best first */
  choices: BackboneChoice[];
  /** the choices as a table, with rounded numbers */
  table: ColumnTable;
  /** backbones that were left out because their weights are not available, and why */
  unavailable: { name: string; reason: string }[];
}

/**
 * Recommend a backbone, and how much of it to train, for a number of pictures and a device. Backbones whose weights can
 * neither be found nor downloaded are left out.
 *
 * The rule: accuracies that a dataset of this size cannot distinguish count as equal (half the width of Wilson's interval), and
 * of equals the fastest is best. Accuracies are those of the comparison if there is one. Otherwise they are ImageNet's, which
 * predict accuracy on other photos (Kornblith, Shlens and Le 2019) but less on other kinds of pictures (Ke et al. 2021,
 * CheXtransfer), so their differences are weighted with the similarity. Backbones that take longer than allowed come last.
 *
 * @throws {UserError} if no backbone is available, or a number is out of range
 *
 * @example
 * ```ts no-run
 * import { recommendBackbone } from 'tunebook';
 * const { best } = await recommendBackbone({ pictures: 300, classes: 3, minutes: 10 });
 * console.log(best.name, best.variant, best.reason); // the backbone, how much of it to train, and why
 * ```
 */
export async function recommendBackbone(options: RecommendBackboneOptions): Promise<Recommendation> {
  const given = withDefaults('recommendBackbone', options, {
    pictures: undefined as number | undefined,
    ...{ classes: 5, minutes: 60, similarity: 1 as DomainSimilarity | number },
    comparison: undefined as BackboneComparison | undefined,
    device: undefined as DeviceSpeed | undefined,
    names: undefined as readonly BackboneName[] | undefined,
  });
  const pictures = checkNumber('recommendBackbone: pictures', given.pictures, { min: 1, integer: true });
  checkNumber('recommendBackbone: classes', given.classes, { min: 2, integer: true });
  checkNumber('recommendBackbone: minutes', given.minutes, { min: 0 });
  const { similarity, likePhotos } = readSimilarity(given.similarity);
  const rows = given.comparison?.backbones ?? [];
  const measured = new Map(rows.map((row) => [backboneLabel(row.backbone), row]));
  const sources = given.names ?? (rows.length > 0 ? rows.map(({ backbone }) => backbone) : backboneNames());
  const { available, unavailable } = await availableOf(sources);
  const unmeasured = available.some(({ backbone }) => !measured.has(backboneLabel(backbone)));
  const device = given.device ?? (unmeasured ? await deviceSpeed() : undefined);
  const candidates = available.map(({ backbone }) =>
    candidateOf(architectureOf(backbone), measured.get(backboneLabel(backbone)), device),
  );
  const weights = new Map(available.map((one) => [backboneLabel(one.backbone), one.from]));
  const order = rank(candidates, {
    ...{ pictures, similarity, minutes: given.minutes },
    minutesOf: ({ milliseconds }) => trainingMinutes('feature-extraction', pictures, milliseconds),
  });
  const choices = order.map(({ candidate, why }, index): BackboneChoice => {
    // weights of another domain were trained on such pictures
    const { domain = 'photos' } = domainWeightsIn(candidate.backbone) ?? {};
    const likeTrained = likePhotos || domain !== 'photos';
    const suitable = suitableVariant(pictures / given.classes, likeTrained);
    const affordable = advisedVariants
      .slice(0, advisedVariants.indexOf(suitable) + 1)
      .filter((each) => trainingMinutes(each, pictures, candidate.milliseconds) <= given.minutes);
    const variant = affordable.at(-1) ?? 'feature-extraction';
    const minutes = trainingMinutes(variant, pictures, candidate.milliseconds);
    const whyVariant = variantReason(variant, suitable, { ...given, pictures, likeTrained, candidate });
    return {
      ...candidate,
      rank: index + 1,
      variant,
      minutes,
      weights: weights.get(backboneLabel(candidate.backbone))!,
      reason: `${why}; ${whyVariant}`,
      variantReason: whyVariant,
    };
  });
  return { best: choices[0]!, choices, table: toTable(choices), unavailable };
}

type Checked = BackboneName | BackboneData;

/** Which backbones have weights. @throws {UserError} if none has */
async function availableOf(sources: readonly Checked[]) {
  const available: { backbone: Checked; from: BackboneChoice['weights'] }[] = [];
  const unavailable: Recommendation['unavailable'] = [];
  const found = await Promise.all(
    sources.map((each) =>
      hasOwnWeights(each) // they were found when they were measured
        ? ({ from: 'here', detail: '' } as const)
        : weightsAvailability(backboneEntry(architectureOf(each))),
    ),
  );
  found.forEach(({ from, detail }, i) => {
    const backbone = sources[i]!;
    if (from === 'missing') unavailable.push({ name: architectureOf(backbone), reason: detail });
    else available.push({ backbone, from });
  });
  if (available.length > 0) return { available, unavailable };
  const [first] = unavailable;
  throw new UserError(
    first
      ? `recommendBackbone: the weights of ${sources.map(backboneLabel).join(', ')} are not available; of ${first.name}: ${first.reason}`
      : 'recommendBackbone: no backbones to choose from: give at least one name',
  );
}

/** A backbone as it was measured on the dataset, or else with published accuracy and estimated time. */
function candidateOf(
  name: BackboneName,
  measured: BackboneMeasurement | undefined,
  device: DeviceSpeed | undefined,
): Candidate {
  if (measured) return { ...measured, top1: measured.publishedTop1, milliseconds: measured.millisecondsAPicture };
  const { model } = buildArchitecture(name, { includeTop: false });
  const [work, parameters] = [multiplyAdds(model), model.countParams()];
  model.dispose();
  const { title, published } = backboneEntry(name);
  const milliseconds = (1000 * work) / device![familyOf(name).convolutions];
  return { name, backbone: name, title, parameters, multiplyAdds: work, milliseconds, top1: published.top1 };
}

function readSimilarity(given: DomainSimilarity | number): { similarity: number; likePhotos: boolean } {
  if (typeof given === 'number') {
    checkNumber('recommendBackbone: similarity', given, { min: 0, max: 1 });
    return { similarity: given, likePhotos: given >= 0.7 };
  }
  const { similarity, verdict } = given;
  return { similarity: similarity ?? 1, likePhotos: verdict === 'similar' || verdict === 'unknown' };
}

const IN_WORDS: Record<AdvisedVariant, string> = {
  'feature-extraction': 'keep it frozen and train a head',
  hybrid: 'train its last blocks with the head',
  'fine-tune-all': 'train all of it',
};

/** How much of it to train, and why not more or less. */
function variantReason(
  variant: AdvisedVariant,
  suitable: AdvisedVariant,
  { pictures, classes, likeTrained, minutes, candidate }: VariantFacts,
): string {
  const each = Math.round(pictures / classes);
  const count = `${each} pictures a class`;
  if (variant !== suitable)
    return `${IN_WORDS[variant]}: to ${IN_WORDS[suitable].split(' with')[0]} would take more than ${minutes} minutes on this device`;
  const size = `${(candidate.parameters / 1e6).toFixed(1)} M parameters`;
  if (variant === 'feature-extraction') return `${IN_WORDS[variant]}: ${count} are too few to train its ${size}`;
  const unlike = likeTrained ? '' : ', unlike the photos it was trained on';
  return `${IN_WORDS[variant]}: ${count} are enough${unlike}`;
}

interface VariantFacts {
  pictures: number;
  classes: number;
  likeTrained: boolean;
  minutes: number;
  candidate: Candidate;
}

function toTable(choices: readonly BackboneChoice[]): ColumnTable {
  return arquero.from(
    choices.map(({ rank, backbone, variant, minutes, weights, reason, ...choice }) => ({
      rank,
      backbone: backboneLabel(backbone),
      variant,
      minutes: Number(minutes.toPrecision(2)),
      'published top-1': choice.top1,
      ...(choices.some(({ probe }) => probe) && { 'probe accuracy': choice.probe?.estimate.toFixed(3) ?? null }),
      'parameters M': Number((choice.parameters / 1e6).toFixed(2)),
      'ms a picture': Number(choice.milliseconds.toPrecision(2)),
      weights: { cached: 'in the cache', here: 'on this machine', network: 'to download' }[weights],
      reason,
    })),
  );
}
