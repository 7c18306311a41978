import type { Listener } from '../../core/listener';
import type { Example } from '../../data';
import { LayerGraph } from '../../layers/layerGraph';
import type { Backbone } from '../../models';
import { isBatchNormalization, tf } from '../../tensorflow';
import { decodedBatches } from '../decodedBatches';
import { pictureOfExample } from '../pictureInputs';
import { pictureTensor } from '../pictureTensor';

/** Mean and variance of each channel, over pictures and positions. */
export interface ChannelStatistics {
  mean: Float64Array; // [channels]
  variance: Float64Array; // [channels]
}

/** Statistics of the input of one batch normalization layer: of a dataset, and of the pictures the network was trained on. */
export interface LayerStatistics {
  /** name of the layer */
  layer: string;
  /** of the dataset */
  dataset: ChannelStatistics;
  /** the layer's moving statistics, from its training pictures */
  training: ChannelStatistics;
  /** the constant that the layer adds to a variance before it takes the square root */
  epsilon: number;
}

/** Pictures at a time; a larger batch needs more memory, as all channels of a layer are held at full resolution. */
const BATCH = 8;

/**
 * Measure the mean and variance of the input of each batch normalization of a network, over pictures and positions, and
 * return them with the layer's moving statistics. Pictures that cannot be read are left out.
 *
 * @returns one entry for each batch normalization, from the input to the output, and the number of pictures
 */
export async function activationStatistics(
  backbone: Backbone,
  examples: readonly Example[],
  { task, listener = {} }: { task: string; listener?: Listener },
): Promise<{ layers: LayerStatistics[]; pictures: number }> {
  const graph = new LayerGraph(backbone.model);
  const sums = graph.calls
    .filter(({ layer }) => isBatchNormalization(layer))
    .map((call) => ({ call, moments: new RunningMoments() }));
  const measured = new Map(sums.map(({ call, moments }) => [call, moments]));
  let pictures = 0;
  const named = examples.map(pictureOfExample);
  const { preprocessing } = backbone.entry;
  for await (const { pixels } of decodedBatches(named, preprocessing, { batchSize: BATCH, task, listener })) {
    tf.tidy(() => {
      graph.run(pictureTensor(pixels, preprocessing), {
        ...{ from: graph.input, to: graph.output, training: false },
        onInputs: (call, [input]) => measured.get(call)?.add(input!),
      });
    });
    pictures += pixels.length;
  }
  return {
    pictures,
    layers: sums.map(({ call: { layer }, moments }) => ({
      layer: layer.name,
      dataset: moments.result(),
      training: movingStatistics(layer),
      epsilon: (layer as unknown as { epsilon: number }).epsilon,
    })),
  };
}

/** Mean and variance of a growing set, combined from those of its parts (Chan, Golub and LeVeque 1979). */
class RunningMoments {
  private count = 0;
  private mean = new Float64Array();
  private squares = new Float64Array(); // sums of squared distances from the mean

  /** @param x [..., channels] */
  add(x: tf.Tensor): void {
    const [mean, variance] = tf.tidy(() => {
      const moments = tf.moments(
        x,
        x.shape.map((_, axis) => axis).filter((axis) => axis < x.rank - 1),
      );
      return [moments.mean.dataSync(), moments.variance.dataSync()];
    });
    const channels = mean.length;
    if (this.count === 0) [this.mean, this.squares] = [new Float64Array(channels), new Float64Array(channels)];
    const more = x.size / channels;
    const all = this.count + more;
    for (let c = 0; c < channels; c++) {
      const shift = mean[c]! - this.mean[c]!;
      this.mean[c]! += (shift * more) / all;
      this.squares[c]! += variance[c]! * more + (shift * shift * this.count * more) / all;
    }
    this.count = all;
  }

  result(): ChannelStatistics {
    return { mean: this.mean, variance: this.squares.map((sum) => sum / this.count) };
  }
}

function movingStatistics(layer: tf.layers.Layer): ChannelStatistics {
  const values = (ending: string) => {
    const place = layer.weights.findIndex(({ originalName }) => originalName.endsWith(ending));
    return Float64Array.from(layer.getWeights()[place]!.dataSync());
  };
  return { mean: values('moving_mean'), variance: values('moving_variance') };
}
