import { tf } from '../tensorflow';

/** tfjs layers keep one function a regularized weight. */
interface LayerInside extends tf.layers.Layer {
  losses: (() => tf.Scalar)[];
  layers?: LayerInside[];
}

/**
 * The sum of the kernel, bias and other regularizers of all layers that train, as part of the loss (L2: Keras computes
 * factor x sum of squares). Those of frozen layers are constants, and Keras leaves them out.
 *
 * @returns a function of no arguments that gives a scalar, or undefined if nothing is regularized
 */
export function penaltyOf(model: tf.LayersModel): (() => tf.Scalar) | undefined {
  const losses = lossesOf(model as unknown as LayerInside);
  if (losses.length === 0) return undefined;
  return () => tf.addN(losses.map((loss) => loss().asScalar()));
}

function lossesOf(layer: LayerInside): (() => tf.Scalar)[] {
  if (layer.layers) return layer.layers.flatMap(lossesOf);
  return layer.trainable && layer.trainableWeights.length > 0 ? layer.losses : [];
}
