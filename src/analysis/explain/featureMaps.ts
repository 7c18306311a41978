import type { GridPicture } from '../../charts';
import { didYouMean } from '../../core/didYouMean';
import { shown, UserError } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import { sharp } from '../../core/sharp';
import { decodePicture, type Example, readPicture, thumbnail } from '../../data';
import { pictureTensor } from '../../features/pictureTensor';
import { type LayerCall, LayerGraph } from '../../layers/layerGraph';
import { tf } from '../../tensorflow';
import type { ExplainableModel } from './classifier';

/** Options of `featureMaps`. */
export interface FeatureMapOptions {
  /** names of the layers. Default: the first, the middle and the last one with maps of more than one pixel */
  layers?: readonly string[];
  /** channels of each layer, 1 to 100: those that differ most from place to place. Default: 6 */
  count?: number;
  /** side of a shown picture in pixels, 16 to 1024. Default: 112 */
  size?: number;
}

/**
 * What layers of a network compute from a picture (Zeiler and Fergus 2014): for each layer the picture, and after it the feature maps of
 * some of its channels. A map is black where its channel is lowest and white where it is highest; larger pixels are a coarser map.
 *
 * @param network what `loadBackbone` returns, or `backbone` of a run
 * @param picture a file, or an example of a dataset
 * @returns pictures with labels, for `charts.pictureGrid`: rows of `count + 1`, where the layers have so many channels
 * @throws {UserError} if a layer does not exist or has no feature maps, the picture cannot be read, or an option is out of range
 *
 * @example
 * ```ts
 * import { charts, explain, loadBackbone } from 'tunebook';
 * const maps = await explain.featureMaps(await loadBackbone('efficientnet-lite0'), 'photo.jpg', { count: 3 });
 * charts.pictureGrid(maps, { columns: 4 }); // a notebook draws the last value of a cell
 * maps.length; // => 12
 * ```
 */
export async function featureMaps(
  { entry: { preprocessing }, model }: ExplainableModel['backbone'],
  picture: string | Example,
  options?: FeatureMapOptions,
): Promise<GridPicture[]> {
  const { layers, count, size } = withDefaults('featureMaps', options, {
    layers: undefined as FeatureMapOptions['layers'],
    count: 6,
    size: 112,
  });
  checkNumber('featureMaps: count', count, { min: 1, max: 100, integer: true });
  checkNumber('featureMaps: size', size, { min: 16, max: 1024, integer: true });
  const graph = new LayerGraph(model);
  const calls = chosenCalls(graph, layers);
  const example = typeof picture === 'string' ? { file: picture } : picture;
  const { content } = await readPicture(example);
  const pixels = await decodePicture(content, preprocessing, 'reading' in example ? example.reading : undefined);
  const url = await thumbnail(picture, { size });
  const found: GridPicture[] = [];
  for (const call of calls) {
    const maps = tf.tidy(() => {
      const x = pictureTensor([pixels], preprocessing);
      const output = graph.run(x, { from: graph.input, to: call.output, training: false }) as tf.Tensor4D;
      const [, height, width, channels] = output.shape;
      return { height, width, channels, values: output.transpose([0, 3, 1, 2]).dataSync() as Float32Array };
    });
    const { height, width, channels, values } = maps;
    found.push({ url, label: call.layer.name, detail: `${channels} of ${height} x ${width}` });
    const mapOf = (channel: number) => values.subarray(channel * height * width, (channel + 1) * height * width);
    const spreads = Array.from({ length: channels }, (_, channel) => variance(mapOf(channel)));
    const strongest = [...spreads.keys()].sort((a, b) => spreads[b]! - spreads[a]!).slice(0, count);
    for (const channel of strongest) {
      found.push({ url: await drawn(mapOf(channel), { height, width, size }), label: `channel ${channel}` });
    }
  }
  return found;
}

/** Layers with feature maps, by their names. @throws {UserError} if there is no such layer */
function chosenCalls(graph: LayerGraph, names: readonly string[] | undefined): LayerCall[] {
  const maps = graph
    .between(graph.input, graph.output)
    .filter(({ shape }) => shape.length === 3 && shape[0]! * shape[1]! > 1);
  const known = maps.map(({ layer }) => layer.name);
  if (names !== undefined) {
    return names.map((name) => {
      const call = maps[known.lastIndexOf(name)];
      if (call) return call;
      throw new UserError(
        `featureMaps: '${graph.model.name}' has no layer ${shown(name)} with feature maps; the last ones are ${known.slice(-6).join(', ')}${didYouMean(String(name), known)}`,
      );
    });
  }
  const own = maps.filter(({ layer }) => !/Pooling|Padding|Dropout/.test(layer.getClassName()));
  if (own.length === 0) throw new UserError(`featureMaps: '${graph.model.name}' has no layer with feature maps`);
  const places = [0, Math.floor((own.length - 1) / 2), own.length - 1];
  return [...new Set(places)].map((place) => own[place]!);
}

function variance(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** A map as a PNG in a data URI, each of its values a rectangle. A map whose values are all equal is black. */
async function drawn(
  values: Float32Array,
  { height, width, size }: { height: number; width: number; size: number },
): Promise<string> {
  // not Math.min(...values): a large map has more values than a call may have arguments
  const [low, high] = [Math.min, Math.max].map((pick) => values.reduce((a, b) => pick(a, b))) as [number, number];
  const bytes = Uint8Array.from(values, (value) => Math.round((255 * (value - low)) / (high - low || 1)));
  const png = await sharp(bytes, { raw: { width, height, channels: 1 } })
    .resize(size, size, { fit: 'fill', kernel: 'nearest' })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
