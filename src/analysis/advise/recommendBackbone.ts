import { arquero } from '../../core/arquero';
import type { ColumnTable } from '../../core/columnTable';
import { UserError } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import {
  type BackboneName,
  backboneEntry,
  backboneNames,
  buildArchitecture,
  familyOf,
  multiplyAdds,
  weightsAvailability,
} from '../../models';
import type { BackboneComparison } from './compareBackbones';
import { type DeviceSpeed, deviceSpeed } from './deviceSpeed';
import type { DomainSimilarity } from './domainSimilarity';
import { type Candidate, rank } from './rank';
import { type Plan, plans, suitablePlan, trainingMinutes } from './trainingTime';

/** What a recommendation is made for. */
export interface RecommendBackboneOptions {
  /** how many there are to train on; required */
  pictures?: number;
  /** default 5 */
  classes?: number;
  /** from `domainSimilarity`, or its number; default 1: photos of everyday things */
  similarity?: DomainSimilarity | number;
  /** from `compareBackbones`: what was measured on the pictures counts in place of what is published, and its backbones are the choice */
  comparison?: BackboneComparison;
  /** default: this machine, measured in a few seconds */
  device?: DeviceSpeed;
  /** that a training may take; default 60 */
  minutes?: number;
  /** to choose from; default: those of the comparison, else all */
  names?: readonly BackboneName[];
}

/** One backbone that can be had, with what to do with it and why it stands where it stands. */
export interface BackboneChoice extends Candidate {
  rank: number;
  plan: Plan;
  /** of a training, estimated, without decoding */
  minutes: number;
  /** 'cached', 'here' or 'network': where the weights come from */
  weights: 'cached' | 'here' | 'network';
  /** in words */
  reason: string;
}

export interface Recommendation {
  best: BackboneChoice;
  /** the best first */
  choices: BackboneChoice[];
  /** the same as a table for people */
  table: ColumnTable;
  /** those whose weights cannot be had here and now, with the reason; none of them is among the choices */
  unavailable: { name: string; reason: string }[];
}

/**
 * Which backbone to take, and how much of it to train, for so many pictures on this device. Backbones whose weights can
 * neither be found nor fetched are left out.
 *
 * The rule: accuracies that a dataset of this size cannot tell apart count as equal (the half width of Wilson's interval), and
 * of equals the fastest wins. Accuracies are those of the comparison where there is one, else ImageNet's, which foretell
 * accuracy on other photos (Kornblith, Shlens and Le 2019) but less on other kinds of pictures (Ke et al. 2021, CheXtransfer):
 * their differences count in proportion to the similarity. What takes longer than the time allowed comes last.
 *
 * @throws {UserError} if no backbone can be had, or a number is out of range
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
  const measured = new Map(given.comparison?.backbones.map((row) => [row.name, row]));
  const names = given.names ?? (measured.size > 0 ? [...measured.keys()] : backboneNames());
  const found = await Promise.all(
    names.map(async (name) => ({ name, ...(await weightsAvailability(backboneEntry(name))) })),
  );
  const available = found.filter((one) => one.from !== 'missing');
  const unavailable = found
    .filter((one) => one.from === 'missing')
    .map(({ name, detail }) => ({ name, reason: detail }));
  if (available.length === 0) {
    const [first] = unavailable;
    throw new UserError(
      first
        ? `recommendBackbone: the weights of none of ${names.join(', ')} can be had; of ${first.name}: ${first.reason}`
        : 'recommendBackbone: no names to choose from: give at least one',
    );
  }

  const unmeasured = available.some(({ name }) => !measured.has(name));
  const device = given.device ?? (unmeasured ? await deviceSpeed() : undefined);
  const candidates = available.map(({ name }): Candidate => {
    const own = measured.get(name);
    if (own) return { ...own, top1: own.publishedTop1, milliseconds: own.millisecondsAPicture };
    const { model } = buildArchitecture(name, { includeTop: false });
    const [work, parameters] = [multiplyAdds(model), model.countParams()];
    model.dispose();
    const { title, published } = backboneEntry(name);
    const milliseconds = (1000 * work) / device![familyOf(name).convolutions];
    return { name, title, parameters, multiplyAdds: work, milliseconds, top1: published.top1 };
  });
  const suitable = suitablePlan(pictures / given.classes, likePhotos);
  const weights = new Map(available.map((one) => [one.name, one.from as BackboneChoice['weights']]));
  const order = rank(candidates, {
    ...{ pictures, similarity, minutes: given.minutes },
    minutesOf: ({ milliseconds }) => trainingMinutes('feature-extraction', pictures, milliseconds),
  });
  const choices = order.map(({ candidate, why }, index): BackboneChoice => {
    const affordable = plans
      .slice(0, plans.indexOf(suitable) + 1)
      .filter((plan) => trainingMinutes(plan, pictures, candidate.milliseconds) <= given.minutes);
    const plan = affordable.at(-1) ?? 'feature-extraction';
    const minutes = trainingMinutes(plan, pictures, candidate.milliseconds);
    const reason = `${why}; ${planReason(plan, suitable, { ...given, pictures, likePhotos, candidate })}`;
    return { ...candidate, rank: index + 1, plan, minutes, weights: weights.get(candidate.name)!, reason };
  });
  return { best: choices[0]!, choices, table: toTable(choices), unavailable };
}

function readSimilarity(given: DomainSimilarity | number): { similarity: number; likePhotos: boolean } {
  if (typeof given === 'number') {
    checkNumber('recommendBackbone: similarity', given, { min: 0, max: 1 });
    return { similarity: given, likePhotos: given >= 0.7 };
  }
  const { similarity, verdict } = given;
  return { similarity: similarity ?? 1, likePhotos: verdict === 'similar' || verdict === 'unknown' };
}

const PLANS: Record<Plan, string> = {
  'feature-extraction': 'keep it frozen and train a head',
  hybrid: 'train its last blocks with the head',
  'fine-tune-all': 'train all of it',
};

/** What to do with it, and why not more or less. */
function planReason(
  plan: Plan,
  suitable: Plan,
  { pictures, classes, likePhotos, minutes, candidate }: PlanFacts,
): string {
  const each = Math.round(pictures / classes);
  const count = `${each} pictures a class`;
  if (plan !== suitable)
    return `${PLANS[plan]}: to ${PLANS[suitable].split(' with')[0]} would take more than ${minutes} minutes here`;
  const size = `${(candidate.parameters / 1e6).toFixed(1)} M parameters`;
  if (plan === 'feature-extraction') return `${PLANS[plan]}: ${count} are few for ${size}`;
  const unlike = likePhotos ? '' : ', and they are unlike the photos it learned from';
  return `${PLANS[plan]}: ${count} allow it${unlike}`;
}

interface PlanFacts {
  pictures: number;
  classes: number;
  likePhotos: boolean;
  minutes: number;
  candidate: Candidate;
}

function toTable(choices: readonly BackboneChoice[]): ColumnTable {
  return arquero.from(
    choices.map(({ rank, name, plan, minutes, weights, reason, ...choice }) => ({
      rank,
      backbone: name,
      train: plan,
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
