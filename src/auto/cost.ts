import type { Example } from '../data';
import { featureRows, readFeatures } from '../features/features';
import { PICTURES_FOR_GRAPH } from '../features/pictureNetwork';
import { type Backbone, type BackboneName, buildArchitecture, multiplyAdds } from '../models';
import { settingsTable, stagesOf, type TrainSettings, variantEntry } from '../training';
import type { Candidate } from './candidates';

/** Pictures that are computed to measure the speed, after a first batch in which the network is compiled. */
const MEASURED = 32;
const FIRST = 16;
/** A training step of a layer costs this many forward passes: the gradients of activations and of weights cost one each. */
const STEP = 3;
/** Forward passes over the validation pictures to choose between frozen and tuned weights. */
const INTERPOLATED = 5;
/** What was in the cache by chance makes one training fast, and not the next. */
const LEAST_RATIO = 0.7;
/** Seconds of every training for loading, compiling and saving. */
const FIXED = 3;

/** Seconds a picture on this machine. */
export interface Speed {
  /** reading and decoding */
  decode: number;
  /** a forward pass of the measured backbone */
  forward: number;
}

/** Measures the speed on a few of the pictures, without the cache. @param count how many pictures there will be in all */
export async function measureSpeed(backbone: Backbone, examples: readonly Example[], count: number): Promise<Speed> {
  const rows = featureRows(backbone, count, { cache: false, listener: {} });
  try {
    await readFeatures(rows, backbone.entry, examples.slice(0, FIRST), {});
    const before = rows.seconds;
    const began = performance.now();
    const some = examples.slice(FIRST, FIRST + MEASURED);
    const { labels } = await readFeatures(rows, backbone.entry, some.length > 0 ? some : examples, {});
    const all = (performance.now() - began) / 1000;
    const pictures = Math.max(1, labels.length);
    const forward = rows.seconds - before; // 0 where there were no more pictures
    return {
      decode: (all - forward) / pictures,
      forward: (forward || before) / Math.max(1, forward ? pictures : FIRST),
    };
  } finally {
    rows.dispose();
  }
}

/** Estimates how long trainings take, from the measured speed, the multiply-adds, and how long earlier ones took. */
export class Costs {
  private readonly done = new Set<string>();
  private readonly ratios = new Map<string, number>();
  private readonly works = new Map<string, Work>();

  constructor(
    private readonly speed: Speed,
    private readonly measured: BackboneName,
    private readonly pictures: { train: number; validation: number },
    private readonly given: Partial<TrainSettings>,
    private readonly cache: boolean,
  ) {}

  /** Estimated seconds of a training; what earlier ones left in the cache costs nothing. */
  secondsOf({ settings }: Candidate): number {
    const parts = this.partsOf(settings).filter(({ key }) => key === undefined || !this.done.has(key));
    const sum = parts.reduce((total, { seconds }) => total + seconds, 0);
    return FIXED + (this.ratios.get(kindOf(settings)) ?? 1) * sum;
  }

  /** Learn from a training how wrong the estimate was. */
  observe({ settings }: Candidate, estimate: number, seconds: number): void {
    const kind = kindOf(settings);
    const ratio = (this.ratios.get(kind) ?? 1) * Math.max(0.2, (seconds - FIXED) / Math.max(1, estimate - FIXED));
    if (variantEntry(settings.variant!).trains !== 'head') this.ratios.set(kind, Math.max(LEAST_RATIO, ratio));
    if (!this.cache) return;
    for (const { key } of this.partsOf(settings)) if (key !== undefined) this.done.add(key);
  }

  /** Seconds that a training needs after it was stopped: its last evaluations on the validation pictures. */
  endingOf({ settings: { backbone, variant = 'feature-extraction' } }: Candidate): number {
    if (variantEntry(variant).trains === 'head') return 0;
    const share = variant === 'fine-tune-all' ? 1 : this.upperShare(backbone);
    return (1 + INTERPOLATED) * this.pictures.validation * share * this.forward(backbone);
  }

  /** Seconds to evaluate so many pictures with any of the networks. */
  evaluation(pictures: number, backbone: BackboneName): number {
    const slower = pictures < PICTURES_FOR_GRAPH ? 2 : 1; // operation by operation
    return pictures * (this.speed.decode + slower * this.forward(backbone));
  }

  /** Seconds to decode so many pictures. */
  decoding(pictures: number): number {
    return pictures * this.speed.decode;
  }

  private partsOf(settings: Candidate['settings']): { key?: string; seconds: number }[] {
    const { backbone, variant = 'feature-extraction', head, epochs = settingsTable.epochs.default } = settings;
    const { train, validation } = this.pictures;
    const [decode, forward] = [this.speed.decode, this.forward(backbone)];
    const pass = decode + forward;
    const features = { key: `${backbone} features`, seconds: (train + validation) * pass };
    const augmented = (settings.augment ?? (variant === 'feature-extraction' ? 'none' : 'standard')) !== 'none';
    const views = augmented ? settingsTable.views.default : 0;
    const onViews = { key: `${backbone} views ${settings.seed ?? ''}`, seconds: views * train * pass };
    if (variantEntry(variant).trains === 'head') {
      const steps = { seconds: head === 'logistic' ? 1 : (epochs * train) / 4000 };
      return [features, ...(augmented ? [onViews] : []), steps];
    }
    const tuned = epochs - (settings.headEpochs ?? 0);
    const share = variant === 'fine-tune-all' ? 1 : this.upperShare(backbone);
    const below = (1 - share) * forward;
    const lower =
      share < 1
        ? [
            {
              key: `${backbone} lower ${views} ${settings.seed ?? ''}`,
              seconds: ((1 + views) * train + validation) * (decode + below),
            },
          ]
        : [];
    const step = share * forward * STEP + (share === 1 ? decode : 0);
    const training = { seconds: tuned * train * step + (tuned + INTERPOLATED) * validation * share * forward };
    return [features, ...lower, training]; // the head is prepared on the pictures as they are
  }

  private forward(backbone: BackboneName): number {
    return (this.speed.forward * this.workOf(backbone).all) / this.workOf(this.measured).all;
  }

  /** The part of the multiply-adds in the blocks that the recipe of hybrid trains. */
  private upperShare(backbone: BackboneName): number {
    const { all, upper } = this.workOf(backbone);
    return upper / all;
  }

  private workOf(backbone: BackboneName): Work {
    const known = this.works.get(backbone);
    if (known) return known;
    const inputSize = this.given.inputSize || undefined;
    const { model, blocks } = buildArchitecture(backbone, { includeTop: false, ...(inputSize && { inputSize }) });
    const settings = { variant: 'hybrid', epochs: 2, headEpochs: 0, blocks: 0, stages: 1, learningRate: 1 } as const;
    const last = stagesOf(settings, blocks.length)[0]!.blocks;
    const upper = new Set(blocks.slice(-last).flatMap(({ layers }) => layers));
    const work = {
      all: multiplyAdds(model),
      upper: multiplyAdds({ layers: model.layers.filter(({ name }) => upper.has(name)) }),
    };
    model.dispose();
    this.works.set(backbone, work);
    return work;
  }
}

interface Work {
  all: number;
  upper: number;
}

const kindOf = ({ variant = 'feature-extraction', head = 'linear' }: Candidate['settings']) => `${variant} ${head}`;
