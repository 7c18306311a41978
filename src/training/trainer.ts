import { UserError } from '../core/errors';
import { Random } from '../core/random';
import type { BatchSource } from '../features';
import { tf } from '../tensorflow';
import { type CompiledFunction, compile, foldedNormalization } from '../tensorflow/graph';
import { WeightAverages } from './averages';
import { buildClipping } from './clipping';
import { classesOf } from './data';
import type { FitSettings } from './fitSettings';
import { buildLoss, classWeights } from './losses';
import { buildMixing, type Mixing } from './mixing';
import { buildOptimizer, type Optimizer } from './optimizers';
import { penaltyOf } from './penalty';
import { Plateau } from './plateau';
import { buildSchedule, type Schedule, warmUp } from './schedules';
import { type StepParts, type StepResult, stepNumbers, TrainingStep } from './step';
import { type ChangingWeight, changingWeights, fixedNormalization } from './weights';

/** The result of one epoch, or of its part before training was stopped. */
export interface EpochResult {
  /** mean over the examples, without the penalty */
  loss: number;
  /** the same over the second half of the batches */
  lateLoss: number;
  penalty: number;
  accuracy: number;
  /** the loss that was not a finite number: the weights are useless then */
  diverged?: number;
}

/** The largest number of dropout masks in a step: the seeds of each step start this much after those of the previous one. */
const MASKS = 1024;

/**
 * From this number of steps of a head on, or of this number of pictures on, a graph is built. It saves 5 ms of each step of a head, and 12 ms
 * of each picture for EfficientNet-Lite0; to build it takes 0.1 s and 1.2 s. Without it a step of ResNet-50 takes 0.3 GB for each picture.
 */
const FOR_GRAPH = { steps: 20, pictures: 96 };

type StepInputs = [x: tf.Tensor, y: tf.Tensor, rates: tf.Tensor1D, numbers: tf.Tensor1D, seed: tf.Tensor1D];
type GatheringInputs = [x: tf.Tensor, y: tf.Tensor, seed: tf.Tensor1D];

/** Makes the training steps of a model, and owns everything that they change. */
export class Trainer {
  /** number of steps so far */
  step = 0;
  /** the product of all factors by which a listener has changed the learning rates */
  chosenFactor = 1;
  readonly weights: readonly ChangingWeight[];
  readonly averages: WeightAverages | undefined;
  readonly plateau: Plateau | undefined;
  private readonly optimizer: Optimizer;
  private readonly parts: StepParts;
  private readonly training: TrainingStep;
  private readonly order: Random;
  private readonly dropoutSeed: number;
  private readonly mixing: Mixing | undefined;
  private readonly schedule: Schedule;
  private readonly stepsPerEpoch: number;
  /** what does not change, and is small: TensorFlow then computes once what follows from it alone */
  private readonly fixed: readonly tf.Variable[];
  private readonly graph: CompiledFunction<StepInputs, StepResult> | undefined;
  private readonly gatheringGraph: CompiledFunction<GatheringInputs, StepResult> | undefined;

  /**
   * @param source the training data
   * @param passes the forward pass through the model
   * @throws {UserError} if no layer is trainable, or loss, optimizer, groups or class weights do not suit the model
   */
  constructor(
    model: tf.LayersModel,
    private readonly source: BatchSource,
    passes: Pick<StepParts, 'forward' | 'below' | 'cut'>,
    private readonly settings: FitSettings,
  ) {
    this.weights = changingWeights(model);
    const trained = this.weights.filter(({ trainable }) => trainable);
    if (trained.length === 0) throw new UserError(`fit: nothing to train: every layer of '${model.name}' is frozen`);
    const loss = buildLoss(settings.loss, model.outputs[0]!.shape.at(-1)!);
    const groups = groupIndices(trained, settings, model);
    const variables = trained.map(({ variable }) => variable);
    const weighing = settings.classWeights && classWeights(settings.classWeights, source.labels, classesOf(model));
    const clip = settings.clipping && buildClipping(settings.clipping);
    this.mixing = buildMixing(settings.mixing, { shape: source.shape, classes: classesOf(model), seed: settings.seed });
    this.schedule = scheduleOf(settings, this.stepsIn(1));
    this.plateau = Plateau.of(settings.schedule);
    this.optimizer = buildOptimizer(settings.optimizer);
    const averaged = settings.averaging * this.stepsIn(settings.epochs);
    this.averages = averaged > 0 ? new WeightAverages(variables, averaged) : undefined;
    this.parts = {
      ...passes,
      variables,
      groups,
      loss,
      classWeights: weighing && tf.tensor1d(weighing),
      penalty: penaltyOf(model),
      optimizer: this.optimizer,
      clip,
      averages: this.averages,
    };
    this.training = new TrainingStep(this.parts, settings.accumulate > 1);
    this.stepsPerEpoch = this.stepsIn(1);
    this.fixed = fixedNormalization(model);
    if (this.paysAsGraph()) {
      const folded = foldedNormalization(model, passes.cut === undefined ? [] : [passes.cut]);
      const { whole, gather } = this.training;
      if (settings.accumulate === 1) this.graph = this.asGraph((...inputs) => folded(() => whole(...inputs)));
      else this.gatheringGraph = this.asGraph((...inputs) => folded(() => gather(...inputs)));
    }
    this.order = new Random(settings.seed, 'order of examples');
    this.dropoutSeed = new Random(settings.seed, 'dropout').bits() | 0;
  }

  /** The factor of all learning rates at the next step. */
  get factor(): number {
    const { step, stepsPerEpoch } = this;
    const factor = this.schedule({ step, steps: stepsPerEpoch * this.settings.epochs, stepsPerEpoch });
    return factor * (this.plateau?.state.factor ?? 1) * this.chosenFactor;
  }

  /** All variables that a checkpoint must hold, by name. */
  variables(): Map<string, tf.Variable> {
    const named = new Map(this.weights.map(({ name, variable }) => [`weight/${name}`, variable]));
    const trained = this.weights.filter(({ trainable }) => trainable);
    trained.forEach(({ name, variable }, i) => {
      for (const [slot, value] of Object.entries(this.optimizer.slots.get(variable)!))
        named.set(`${slot}/${name}`, value);
      if (this.averages) named.set(`average/${name}`, this.averages.averages[i]!);
    });
    return named;
  }

  /** Continues after this number of epochs and steps, as if this trainer had made them. */
  skip(epochs: number, step: number): void {
    for (let epoch = 0; epoch < epochs; epoch++) this.shuffled();
    this.step = step;
  }

  /**
   * One pass through the data.
   *
   * @param onBatch gets the number of examples so far and the loss of the last batch; returns whether to stop
   */
  async epoch(epoch: number, onBatch: (seen: number, loss: number) => Promise<boolean>): Promise<EpochResult> {
    const { batchSize, accumulate } = this.settings;
    const order = this.shuffled();
    const batches = Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) =>
      order.slice(i * batchSize, (i + 1) * batchSize),
    );
    const sums = { loss: 0, penalty: 0, correct: 0, seen: 0 };
    const late = { loss: 0, seen: 0 };
    let diverged: number | undefined;
    let next = this.source.batch(batches[0]!, epoch - 1);
    for (const [i, rows] of batches.entries()) {
      const batch = await next;
      const { x, y } = this.mixing ? await this.mixing(batch, rows, epoch) : batch;
      const following = batches[i + 1];
      if (following) next = this.source.batch(following, epoch - 1); // prepared while TensorFlow computes
      const gathered = (i % accumulate) + 1;
      const { loss, penalty, correct } = this.take(x, y, gathered, gathered === accumulate || !following);
      tf.dispose([x, y]);
      sums.loss += loss * rows.length;
      sums.penalty += penalty * rows.length;
      sums.correct += correct;
      sums.seen += rows.length;
      if (i >= Math.floor(batches.length / 2)) {
        late.loss += loss * rows.length;
        late.seen += rows.length;
      }
      if (!Number.isFinite(loss + penalty)) diverged = loss + penalty;
      const stop = diverged !== undefined || (await onBatch(sums.seen, loss));
      if (!stop) continue;
      if (following) tf.dispose(Object.values(await next));
      break;
    }
    const { seen } = sums;
    return {
      loss: sums.loss / seen,
      lateLoss: late.loss / late.seen,
      penalty: sums.penalty / seen,
      accuracy: sums.correct / seen,
      diverged,
    };
  }

  dispose(): void {
    this.graph?.dispose();
    this.gatheringGraph?.dispose();
    this.averages?.dispose();
    this.training.dispose();
    this.optimizer.dispose();
    this.parts.classWeights?.dispose();
  }

  /** One batch; with `last` it completes a step of `gathered` batches. */
  private take(x: tf.Tensor, y: tf.Tensor, gathered: number, last: boolean) {
    const { settings, step } = this;
    const rate = this.factor;
    return tf.tidy(() => {
      const rates = tf.tensor1d(
        [settings.learningRate, ...settings.groups.map(({ learningRate }) => learningRate)].map((r) => r * rate),
      );
      const seed = tf.tensor1d([this.dropoutSeed, (step * settings.accumulate + gathered - 1) * MASKS], 'int32');
      const numbers = tf.tensor1d(stepNumbers(this.optimizer, this.averages, step + 1, gathered));
      let result: StepResult;
      if (settings.accumulate === 1) {
        result = this.graph?.call(x, y, rates, numbers, seed) ?? this.training.whole(x, y, rates, numbers, seed);
      } else {
        result = this.gatheringGraph?.call(x, y, seed) ?? this.training.gather(x, y, seed);
        if (last) this.training.release(rates, numbers);
      }
      if (last) this.step++;
      const read = (tensor: tf.Scalar) => tensor.dataSync()[0]!;
      return { loss: read(result.loss), penalty: read(result.penalty), correct: read(result.correct) };
    });
  }

  /**
   * The step as one TensorFlow graph, where that is faster. This is decided by counting, not by timing, so that the same training
   * always runs the same way.
   */
  private paysAsGraph(): boolean {
    const { graph, epochs, accumulate } = this.settings;
    if (graph !== 'auto') return graph;
    const { shape, size } = this.source;
    if (shape.length > 1) return size * epochs >= FOR_GRAPH.pictures;
    return this.stepsIn(epochs) * accumulate >= FOR_GRAPH.steps;
  }

  private asGraph<I extends tf.Tensor[]>(step: (...inputs: I) => StepResult): CompiledFunction<I, StepResult> {
    return compile(step, {
      name: 'the training step',
      anyBatch: [0, 1],
      frozen: this.fixed,
      precision: this.settings.precision,
      onFallback: (message) => this.settings.listener.onMessage?.(message),
    });
  }

  private shuffled(): number[] {
    return this.order.shuffled(Array.from({ length: this.source.size }, (_, i) => i));
  }

  private stepsIn(epochs: number): number {
    const { batchSize, accumulate } = this.settings;
    return epochs * Math.ceil(Math.ceil(this.source.size / batchSize) / accumulate);
  }
}

function scheduleOf({ schedule, warmUp: epochs }: FitSettings, stepsPerEpoch: number): Schedule {
  const built = buildSchedule(schedule);
  return epochs > 0 ? warmUp(built, Math.max(1, Math.round(epochs * stepsPerEpoch))) : built;
}

/** The index of the learning rate of each weight: 0 is the common one, those of the groups follow. */
function groupIndices(weights: readonly ChangingWeight[], { groups }: FitSettings, model: tf.LayersModel): number[] {
  const names = new Set(model.layers.map(({ name }) => name));
  const groupOf = new Map<string, number>();
  groups.forEach(({ name, layers }, i) => {
    for (const layer of layers) {
      if (!names.has(layer) && !weights.some((weight) => weight.layer === layer))
        throw new UserError(`fit: group '${name}' names the layer '${layer}', which '${model.name}' does not have`);
      if (groupOf.has(layer)) throw new UserError(`fit: layer '${layer}' is in two groups`);
      groupOf.set(layer, i + 1);
    }
  });
  return weights.map(({ layer }) => groupOf.get(layer) ?? 0);
}
