/** How pictures are prepared for a model, as they were when it was trained. It belongs to the weights and is saved with them. */
export interface Preprocessing {
  /** Side of the square input, in pixels. */
  inputSize: number;
  /** Side of the centre crop as a fraction of the shorter side of the picture: 0.875 for most ImageNet models. */
  crop: number;
  /** Interpolation of the resize. */
  interpolation: 'bicubic' | 'bilinear';
  /** Mean of each channel (red, green, blue) on the scale 0 to 255: the input is (pixel - mean) / std. */
  mean: readonly [number, number, number];
  /** Standard deviation of each channel (red, green, blue) on the scale 0 to 255. */
  std: readonly [number, number, number];
  /** Order in which the model expects the channels. Default: 'rgb'. */
  channelOrder?: 'rgb' | 'bgr';
}
