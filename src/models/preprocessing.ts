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
  /**
   * The sample values that 0 and 255 stand for in `mean` and `std`, for pictures of more than 8 bits a sample: 0 and 10000 for Sentinel-2.
   * Mean and deviation are converted to the values that the pictures are read with. Default: they are meant as pictures are read.
   */
  range?: readonly [low: number, high: number];
  /** Order in which the model expects the channels. Default: 'rgb'. */
  channelOrder?: 'rgb' | 'bgr';
}
