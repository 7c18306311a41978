import { messageOf } from '../errors';
import { explainPictures } from '../explain';
import { type KeptRun, runNetworks } from '../study';
import type { Prediction } from '../training';
import type { Section } from './figures';

/**
 * Grad-CAM of the run's surest mistakes, where model and weights are at hand.
 *
 * @param predictions those whose pictures can be opened, with full paths and finite probabilities
 * @param say gets the reason where there is none
 */
export async function explanationSections(
  { classes }: KeptRun,
  predictions: readonly Prediction[],
  folder: string,
  say: (text: string) => void,
): Promise<Section[]> {
  if (predictions.length === 0) return [];
  try {
    const { network, head, dispose } = await runNetworks(folder);
    try {
      const surest = predictions
        .filter(({ label, predicted }) => label !== predicted)
        .sort((a, b) => b.probabilities[b.predicted]! - a.probabilities[a.predicted]!);
      const explained = {
        ...{ classes, predictions, backbone: network },
        ...(head ? { head } : { model: network.model }),
      };
      const pictures = await explainPictures(explained, surest.length > 0 ? surest : predictions);
      const words = 'Beside each picture what spoke for the class that was said: yellow much, blue nothing (Grad-CAM).';
      return [{ heading: 'Where it looks', words, pictures }];
    } finally {
      dispose();
    }
  } catch (error) {
    say(`no Grad-CAM in the report: ${messageOf(error)}`);
    return [];
  }
}
