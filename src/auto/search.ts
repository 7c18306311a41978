import { findProblems } from '../data/checks/checkDataset';
import { bySeverity } from '../data/checks/datasetCheck';
import type { BackboneName } from '../models';
import {
  augmentedCandidate,
  type Candidate,
  denseCandidate,
  logisticCandidate,
  recipeEpochs,
  tuningCandidate,
} from './candidates';
import type { Costs } from './cost';
import { planTuning } from './plan';
import { type AutoRecord, bestOf } from './record';
import { soupMembers, trySoup } from './soup';
import { candidateOf, report, type TrialContext, tryCandidate } from './trial';

/** Of the time, the most that the check of the pictures and the features of other backbones may take. */
const SHARE_OF_CHECK = 0.1;
const SHARE_OF_BACKBONES = 0.25;
/** The backbones that are fine-tuned. */
const TUNED = 2;
/** Further trainings of the best kind, with other seeds, whose weights may be averaged with it. */
const FURTHER = 2;
/** Decoding a picture at its full size, to check it, in times of decoding it for a network. */
const CHECKING = 3;

/** The order of the work: the cheapest model first, so that there always is one; then what costs more, as long as there is time. */
export class Search {
  constructor(
    private readonly context: TrialContext,
    private readonly backbones: readonly BackboneName[],
    private readonly costs: Costs,
  ) {}

  /** Logistic regression on the first backbone, which is the default one, gives the first model. */
  async run(): Promise<void> {
    const [first, ...others] = this.backbones;
    await this.try(logisticCandidate(first!), true);
    await this.check();
    await this.tryOthers(others);
    if (this.isOver) return;
    await this.continueStopped();
    const [best, ...next] = this.ranked();
    await this.tune([best!, ...next].slice(0, TUNED)); // before other heads, as it gains most
    await this.try(denseCandidate(best!));
    await this.try(augmentedCandidate(best!));
    await this.tuneFurther();
    await this.mix();
  }

  private get isOver(): boolean {
    const { budget, plan } = this.context;
    return budget.left <= 0 || (plan.listener.shouldStop?.() ?? false);
  }

  private get records(): readonly AutoRecord[] {
    return this.context.folder.state.records;
  }

  private ended(name: string): AutoRecord | undefined {
    return this.records.find((record) => record.name === name && record.state === 'done');
  }

  /** Try a candidate, unless it ended in an earlier call or there is no time for it. */
  private async try(candidate: Candidate, unlimited = false): Promise<AutoRecord | undefined> {
    const { name, settings } = candidate;
    const { budget } = this.context;
    const earlier = this.ended(name);
    if (earlier) {
      this.costs.observe(candidate, earlier.estimate ?? earlier.seconds, earlier.seconds);
      return earlier;
    }
    const estimate = this.costs.secondsOf(candidate);
    if (!unlimited && this.isOver) return undefined;
    if (!unlimited && !budget.fits(estimate)) {
      const reason = `it would take about ${estimate.toFixed(0)} s, and ${Math.max(0, budget.left).toFixed(0)} s are left`;
      const none = { seconds: 0, estimate, accuracy: null, loss: null, better: false };
      return report(this.context, { name, kind: 'training', state: 'left out', ...none, reason, settings });
    }
    const ending = this.costs.endingOf(candidate);
    const record = await tryCandidate(candidate, this.context, { estimate, ending, unlimited });
    if (record?.state === 'done') this.costs.observe(candidate, estimate, record.seconds);
    return record;
  }

  /** Check the pictures, if that takes only a small part of the time. */
  private async check(): Promise<void> {
    const { budget, dataset, split, plan } = this.context;
    if (this.ended('check') || this.isOver) return;
    const pictures = split.train.length + split.validation.length;
    const estimate = CHECKING * this.costs.decoding(pictures);
    if (estimate > SHARE_OF_CHECK * budget.seconds || !budget.fits(estimate)) {
      plan.listener.onMessage?.(
        `the pictures are not checked, which would take about ${estimate.toFixed(0)} s: tunebook check does it`,
      );
      return;
    }
    const began = budget.spent;
    const { findings } = await findProblems(dataset, {
      split: { train: [...split.train], validation: [...split.validation] },
      listener: budget.limiting(plan.listener),
    });
    const serious = bySeverity(findings).filter(({ severity }) => severity !== 'note');
    for (const { severity, finding, detail, advice } of serious.slice(0, 5)) {
      plan.listener.onMessage?.(`${severity}: ${finding}: ${detail}; ${advice}`);
    }
    const counts = `${serious.length} errors and warnings`;
    const reason =
      serious.length === 0 ? 'no problem found' : `${counts}, such as ${serious[0]!.finding}: ${serious[0]!.detail}`;
    report(this.context, {
      ...{ name: 'check', kind: 'check', state: 'done', seconds: budget.spent - began, estimate },
      ...{ accuracy: null, loss: null, better: false, reason: reason.slice(0, 2000) },
    });
  }

  /** Logistic regression on the features of the other backbones, the cheapest first. */
  private async tryOthers(others: readonly BackboneName[]): Promise<void> {
    const { budget } = this.context;
    const cost = (name: BackboneName) => this.costs.secondsOf(logisticCandidate(name));
    let share = SHARE_OF_BACKBONES * budget.seconds;
    for (const name of [...others].sort((a, b) => cost(a) - cost(b))) {
      share -= cost(name);
      if (share < 0 && !this.ended(logisticCandidate(name).name)) return;
      await this.try(logisticCandidate(name));
    }
  }

  /** Continue the trainings that an earlier call has stopped. */
  private async continueStopped(): Promise<void> {
    const stopped = this.records.filter(({ state, settings }) => state === 'stopped' && settings);
    for (const { name, settings } of stopped) await this.try({ name: candidateOf(name), settings: settings! });
  }

  /** The backbones that were tried, the one with the best logistic regression first. */
  private ranked(): BackboneName[] {
    const tried = this.backbones.flatMap((backbone) => {
      const record = this.ended(logisticCandidate(backbone).name);
      return record ? [{ backbone, record }] : [];
    });
    const best = bestOf(tried.map(({ record }) => record));
    const order = (a: (typeof tried)[number], b: (typeof tried)[number]) =>
      Number(b.record === best) - Number(a.record === best) ||
      (a.record.loss ?? Infinity) - (b.record.loss ?? Infinity);
    return tried.sort(order).map(({ backbone }) => backbone);
  }

  /** Fine-tune the best backbones by successive halving, or one of them for as long as there is time. */
  private async tune(backbones: readonly BackboneName[]): Promise<void> {
    const { budget, split } = this.context;
    const pictures = split.train.length;
    const secondsOf = (candidate: Candidate) => (this.ended(candidate.name) ? 0 : this.costs.secondsOf(candidate));
    const plan = planTuning(backbones, (seconds) => budget.fits(seconds), secondsOf, pictures);
    if (!plan) {
      await this.try(tuningCandidate({ backbone: backbones[0]!, variant: 'hybrid', plain: true }, 3, pictures)); // it says why there is none
      return;
    }
    let choices = plan.choices;
    for (const epochs of plan.rounds) {
      const tried: { choice: (typeof choices)[number]; loss: number }[] = [];
      for (const choice of choices) {
        const record = await this.try(tuningCandidate(choice, epochs, pictures));
        tried.push({ choice, loss: record?.loss ?? Infinity });
      }
      choices = tried
        .sort((a, b) => a.loss - b.loss)
        .slice(0, Math.ceil(tried.length / 2))
        .map(({ choice }) => choice);
    }
  }

  /** Train the best kind again with other seeds. */
  private async tuneFurther(): Promise<void> {
    const [best] = soupMembers(this.records);
    if (!best) return;
    const { backbone, variant } = best.settings!;
    if (variant !== 'hybrid' && variant !== 'fine-tune-all') return;
    const { plan, split } = this.context;
    for (let i = 1; i <= FURTHER; i++) {
      const seed = plan.settings.seed + i;
      const pictures = split.train.length;
      const epochs = recipeEpochs(variant, pictures).backbone;
      await this.try(tuningCandidate({ backbone, variant, seed }, epochs, pictures));
    }
  }

  /** Average the weights of fine-tuned networks. */
  private async mix(): Promise<void> {
    const members = soupMembers(this.records);
    const estimate =
      members.length * (1 + this.costs.evaluation(this.context.split.validation.length, this.backbones[0]!));
    if (members.length < 2 || this.isOver || !this.context.budget.fits(estimate)) return;
    await trySoup(members, this.context, estimate);
  }
}
