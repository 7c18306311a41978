import { messageOf } from '../errors';
import { explainPictures } from '../explain';
import { type KeptRun, runNetworks } from '../study';
import { predictionsAtHand, type Section } from './figures';

/**
 * Grad-CAM of the run's surest mistakes, where model, weights and pictures are at hand.
 *
 * @param say gets the reason where they are not
 */
export async function explanationSections(
  run: KeptRun,
  folder: string,
  say: (text: string) => void,
): Promise<Section[]> {
  const predictions = predictionsAtHand(run);
  if (predictions.length === 0) return [];
  try {
    const { network, head, dispose } = await runNetworks(folder);
    try {
      const surest = predictions
        .filter(({ label, predicted }) => label !== predicted)
        .sort((a, b) => b.probabilities[b.predicted]! - a.probabilities[a.predicted]!);
      const explained = {
        ...{ classes: run.classes, predictions, backbone: network },
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
