import { embedPictures, explainPictures } from '../analysis/explain';
import { embeddingChart } from '../charts';
import { messageOf } from '../core/errors';
import { extractFeatures, type FeatureNetwork } from '../features';
import { openRun, type SavedRun } from '../runs';
import type { Prediction } from '../training';
import type { Section } from './figures';

/** Pictures that are covered place by place. */
const OCCLUDED = 3;
/** Of more pictures than this every second, third, ... is embedded: UMAP's time grows faster than their number. */
const EMBEDDED = 500;

/**
 * What the model itself says: Grad-CAM and occlusion of the run's surest mistakes, and which pictures it finds alike, where
 * model and weights are at hand.
 *
 * @param predictions those whose pictures can be opened, with full paths and finite probabilities
 * @param say gets the reason where there is none
 */
export async function explanationSections(
  { classes }: SavedRun,
  predictions: readonly Prediction[],
  folder: string,
  say: (text: string) => void,
): Promise<Section[]> {
  if (predictions.length === 0) return [];
  const orSay = async (what: string, sections: () => Promise<Section[]>) => {
    try {
      return await sections();
    } catch (error) {
      say(`no ${what} in the report: ${messageOf(error)}`);
      return [];
    }
  };
  return orSay('Grad-CAM, occlusion and embedding', async () => {
    const model = await openRun(folder);
    const { network, head } = model;
    try {
      const explained = { backbone: network, ...(head ? { head } : { model: network.model }) };
      return [
        ...(await orSay('Grad-CAM and occlusion', () => heatSections({ ...explained, classes, predictions }))),
        ...(await orSay('embedding', () => embeddingSections(explained, classes, predictions))),
      ];
    } finally {
      model.dispose();
    }
  });
}

async function heatSections(run: Parameters<typeof explainPictures>[0]): Promise<Section[]> {
  return [
    {
      heading: 'Where it looks',
      words: 'Beside each picture what spoke for the class that was said: yellow much, blue nothing (Grad-CAM).',
      pictures: await explainPictures(run),
    },
    {
      heading: 'What it cannot do without',
      words: 'Beside each picture where a gray square takes most from the class that was said: yellow (occlusion).',
      pictures: await explainPictures(run, undefined, { method: 'occlusion', count: 2 * OCCLUDED }),
    },
  ];
}

async function embeddingSections(
  network: FeatureNetwork,
  classes: readonly string[],
  predictions: readonly Prediction[],
): Promise<Section[]> {
  const step = Math.ceil(predictions.length / EMBEDDED);
  const chosen = predictions.filter((_, i) => i % step === 0);
  if (chosen.length < 3) return [];
  const features = await extractFeatures(network, chosen);
  const drawn = async (method: 'pca' | 'umap', title: string) =>
    embeddingChart(await embedPictures(features, classes, { method, predictions: chosen, size: 0 }), { title });
  return [
    {
      heading: 'What it finds alike',
      words: `The features of ${chosen.length} validation pictures in the plane: first as they differ most, then so that neighbours stay neighbours.`,
      charts: [
        await drawn('pca', 'Principal components of the features'),
        await drawn('umap', 'Neighbours among the features (UMAP)'),
      ],
    },
  ];
}
