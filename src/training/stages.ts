import type { EpochRecord, Listener } from '../core/listener';
import type { TrainSettings } from './settings/types';
import { variantEntry } from './variants';

/** A part of training in which the same layers are frozen throughout. */
export interface Stage {
  name: string;
  epochs: number;
  /** how many of the backbone's blocks train, from the top; 0: only the head */
  blocks: number;
  /** of the head */
  learningRate: number;
}

export type StageSettings = Pick<
  TrainSettings,
  'variant' | 'epochs' | 'headEpochs' | 'blocks' | 'stages' | 'learningRate'
>;

/**
 * What a variant trains, and when. Two-phase is the recipe of Keras's guide (head first, then the network at a small rate)
 * with gradual unfreezing (Howard and Ruder 2018, ULMFiT): in each stage more blocks from the top, the head at a tenth of
 * its first rate.
 *
 * @param all number of blocks of the backbone
 */
export function stagesOf(settings: StageSettings, all: number): Stage[] {
  const { epochs, headEpochs, blocks, learningRate } = settings;
  const { trains, headFirst } = variantEntry(settings.variant);
  const unfrozen = { head: 0, 'last blocks': Math.min(blocks, all), 'all layers': all }[trains];
  if (!headFirst) return [{ name: trains, epochs, blocks: unfrozen, learningRate }];
  const left = epochs - headEpochs;
  const stages = trains === 'all layers' ? 1 : settings.stages;
  const count = Math.min(stages, left, unfrozen);
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

/** Several trainings after each other, seen as one. */
export class JointTraining {
  /** of the trainings that have ended */
  readonly history: EpochRecord[] = [];

  /** @param planned epochs of all together */
  constructor(
    private readonly listener: Listener,
    private readonly planned: number,
  ) {}

  /** What listens to the next of them. */
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

  /** One of them has ended, with this history. */
  add(own: readonly EpochRecord[]): void {
    this.history.splice(0, Infinity, ...this.after(own));
  }

  private after(own: readonly EpochRecord[]): EpochRecord[] {
    return [...this.history, ...own].map((record, i) => ({ ...record, epoch: i + 1 }));
  }
}
