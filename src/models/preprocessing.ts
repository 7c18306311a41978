/** How pixels are prepared for a model, as they were when it was trained. It belongs to the weights and is saved with them. */
export interface Preprocessing {
  /** side of the square input, in pixels */
  inputSize: number;
  /** part of the shorter side that the centre crop keeps: 0.875 for most ImageNet models */
  crop: number;
  interpolation: 'bicubic' | 'bilinear';
  /** input = (pixel - mean) / std, per channel in the order red, green, blue, for pixels of 0 to 255 */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
  /** the order in which the model takes the channels; default 'rgb' */
  channelOrder?: 'rgb' | 'bgr';
}
