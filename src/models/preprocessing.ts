/** How pictures are prepared for a model, as they were when it was trained. It belongs to the weights and is saved with them. */
export interface Preprocessing {
  /** Side of the square input, in pixels. */
  inputSize: number;
  /** Side of the centre crop as a fraction of the shorter side of the picture: 0.875 for most ImageNet models. */
  crop: number;
  /** Interpolation of the resize. */
  interpolation: 'bicubic' | 'bilinear';
  /** Number of channels, where it is not 3: 1 for grey, or as many as the bands of a satellite. Default: 3. */
  channels?: number;
  /** Mean of each channel (red, green, blue, or bands) on the scale 0 to 255: the input is (pixel - mean) / std. */
  mean: readonly number[];
  /** Standard deviation of each channel (red, green, blue, or bands) on the scale 0 to 255. */
  std: readonly number[];
  /** Order in which the model expects the channels. Default: 'rgb'. */
  channelOrder?: 'rgb' | 'bgr';
}
