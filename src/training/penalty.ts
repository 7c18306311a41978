import { tf } from '../tensorflow';

/** Layers of TensorFlow.js have one function for each regularized weight. */
interface LayerInside extends tf.layers.Layer {
  losses: (() => tf.Scalar)[];
  layers?: LayerInside[];
}

/**
 * The sum of all regularizers of the layers that train, as part of the loss (L2: factor x sum of squares, as in Keras). As in Keras,
 * frozen layers are left out: their penalties are constant.
 *
 * @returns a function without arguments that gives a scalar, or undefined if there are no regularizers
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
