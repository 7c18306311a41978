import { checkPreprocessing } from '../backboneData';
import type { Preprocessing } from '../preprocessing';

/**
 * How pictures are prepared for a model of Hugging Face's hub, as timm writes it into its config.json: `pretrained_cfg` with mean and
 * deviation on the scale 0 to 1, crop_pct and interpolation.
 *
 * @param config of the model, not trusted
 * @returns what it says; nothing if it has no `pretrained_cfg`
 * @throws {UserError} if it says what no picture can be prepared with
 */
export function hubPreprocessing(config: Record<string, unknown>): Partial<Preprocessing> {
  const values = config.pretrained_cfg;
  if (typeof values !== 'object' || values === null) return {};
  const { input_size, crop_pct, interpolation, mean, std } = values as Record<string, unknown>;
  const scaled = (numbers: unknown) =>
    Array.isArray(numbers) ? numbers.map((value) => 255 * Number(value)) : undefined;
  const channels = Array.isArray(mean) ? mean.length : 3;
  const given = {
    inputSize: Array.isArray(input_size) ? (input_size.at(-1) as number) : undefined,
    crop: typeof crop_pct === 'number' ? crop_pct : undefined,
    // others, such as 'random' or 'lanczos', are nearest to bicubic
    interpolation: interpolation === undefined ? undefined : interpolation === 'bilinear' ? 'bilinear' : 'bicubic',
    mean: scaled(mean),
    std: scaled(std),
  };
  return checkPreprocessing('config.json of the model: pretrained_cfg', given, channels);
}
