import type { EpochRecord, Listener } from '../core/listener';
import type { TrainSettings } from './settings/types';
import { variantEntry } from './variants';

/** A part of a training in which the same layers are frozen. */
export interface Stage {
  /** What trains, in words. */
  name: string;
  /** The number of epochs. */
  epochs: number;
  /** How many of the last blocks of the backbone train; 0: only the head. */
  blocks: number;
  /** The learning rate of the head. */
  learningRate: number;
}

/** The settings that determine the stages of a training. */
export type StageSettings = Pick<
  TrainSettings,
  'variant' | 'epochs' | 'headEpochs' | 'blocks' | 'stages' | 'learningRate'
>;

/**
 * The stages of a training: what a variant trains, and for how long. Variants that train the head first follow Keras's guide to transfer
 * learning, with gradual unfreezing in two-phase (Howard and Ruder 2018, ULMFiT): each later stage trains more of the last blocks, and
 * the head at a tenth of its first rate.
 *
 * @param settings of the training
 * @param all number of blocks of the backbone
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * const settings = { ...training.defaultSettings, variant: 'two-phase', headEpochs: 5 } as const;
 * training.stagesOf(settings, 18).map(({ blocks }) => blocks); // => [ 0, 2, 3 ]
 * ```
 */
export function stagesOf(settings: StageSettings, all: number): Stage[] {
  const { epochs, headEpochs, blocks, learningRate } = settings;
  const { trains, gradual } = variantEntry(settings.variant);
  const last = blocks === 0 ? Math.ceil(all / 3) : Math.min(blocks, all);
  const unfrozen = { head: 0, 'last blocks': last, 'all layers': all }[trains];
  if (trains === 'head' || headEpochs === 0) return [{ name: trains, epochs, blocks: unfrozen, learningRate }];
  const left = epochs - headEpochs;
  const count = gradual ? Math.min(settings.stages, left, unfrozen) : 1;
  const later = Array.from({ length: count }, (_, i): Stage => {
    const trained = Math.ceil((unfrozen * (i + 1)) / count);
    return {
      name: `last ${trained} blocks`,
      epochs: Math.floor((left * (i + 1)) / count) - Math.floor((left * i) / count),
      blocks: trained,
      learningRate: learningRate / 10,
    };
  });
  return [{ name: 'head', epochs: headEpochs, blocks: 0, learningRate }, ...later];
}

/** Reports several trainings after each other to a listener as one training. */
export class JointTraining {
  /** the epochs of the trainings that have ended */
  readonly history: EpochRecord[] = [];

  /** @param planned epochs of all trainings together */
  constructor(
    private readonly listener: Listener,
    private readonly planned: number,
  ) {}

  /** The listener for the next training. */
  during({ epochs }: Pick<Stage, 'epochs'>): Listener {
    const { listener, planned } = this;
    return {
      ...listener,
      onProgress: (progress) => {
        if (progress.task !== 'training') return listener.onProgress?.(progress);
        const size = progress.total / epochs; // of an epoch
        listener.onProgress?.({
          ...progress,
          done: this.history.length * size + progress.done,
          total: planned * size,
        });
      },
      onEpoch: (_, own) => {
        const all = this.after(own);
        listener.onEpoch?.(all.at(-1)!, all, planned);
      },
    };
  }

  /** To be called when a training has ended. */
  add(own: readonly EpochRecord[]): void {
    this.history.splice(0, Infinity, ...this.after(own));
  }

  private after(own: readonly EpochRecord[]): EpochRecord[] {
    return [...this.history, ...own].map((record, i) => ({ ...record, epoch: i + 1 }));
  }
}
