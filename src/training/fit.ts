import { UserError } from '../core/errors';
import type { Data } from '../features';
import type { tf } from '../tensorflow';
import { checkReplaced } from './checkpoint';
import { checkData } from './data';
import type { FitResult } from './fitResult';
import { type FitOptions, fitSettings } from './fitSettings';
import { Fitting } from './fitting';
import { openPasses, validationPass } from './passes';
import { Trainer } from './trainer';

/**
 * Trains a classifier whose last layer gives logits, and evaluates it on the validation data after each epoch. The model is changed in
 * place; frozen layers stay bit-identical. The same seed gives the same weights on the same machine.
 *
 * The outputs of frozen layers are computed once per example. When the listener asks to stop, the epoch ends after the current batch and
 * is evaluated. When the loss is not a finite number, training ends with the weights of its best epoch.
 *
 * @param model [batch, ...shape] to [batch, classes] logits, or to [batch, 1] for two classes
 * @param data training and validation data: arrays, or sources of batches
 * @throws {UserError} before the first batch when the data, the model and the options do not suit each other; or when the loss of the
 *   first epoch is not a finite number
 *
 * @example
 * ```ts
 * import { buildHead, fit } from 'tunebook';
 * const values = Float32Array.from([0, 1, 0.1, 0.9, 1, 0, 0.9, 0.1]);
 * const data = { values, shape: [2], labels: Int32Array.from([0, 0, 1, 1]) };
 * const { history, ended } = await fit(buildHead(2, 2), { train: data }, { epochs: 3, optimizer: 'sgd' });
 * [history.length, ended]; // => [ 3, 'completed' ]
 * ```
 */
export async function fit(
  model: tf.LayersModel,
  data: { train: Data; validation?: Data },
  options?: FitOptions,
): Promise<FitResult> {
  const settings = fitSettings(options);
  checkData('fit: train', model, data.train);
  if (settings.interpolation !== 'none' && !data.validation) {
    throw new UserError(`fit: interpolation '${settings.interpolation}' needs validation data`);
  }
  if (data.validation) checkData('fit: validation', model, data.validation);
  if (settings.checkpoint !== undefined) checkReplaced(settings.checkpoint);
  const { training, validation, frozen, dispose } = await openPasses(model, data, settings);
  try {
    const trainer = new Trainer(model, training.source, training, settings);
    const inference = validation && validationPass(validation, settings);
    try {
      const passes = validation && { ...validation, ...inference };
      return { ...(await new Fitting(model, trainer, settings, training, passes).run()), features: frozen };
    } finally {
      trainer.dispose();
      inference?.dispose();
    }
  } finally {
    dispose();
  }
}
