import { embedPictures, explainPictures } from '../analysis/explain';
import { embeddingChart } from '../charts';
import { messageOf } from '../core/errors';
import { extractFeatures, type FeatureNetwork } from '../features';
import { openRun, type SavedRun } from '../runs';
import type { Prediction } from '../training';
import type { Section } from './figures';

/** Pictures for which an occlusion map is computed. */
const OCCLUDED = 3;
/** Of more pictures than this, only every second, third, ... is embedded, as UMAP's time grows faster than their number. */
const EMBEDDED = 500;

/**
 * The sections that need the model: Grad-CAM and occlusion maps of the most confident mistakes, and an embedding of the features.
 *
 * @param predictions those whose pictures can be opened, with full paths and finite probabilities
 * @param say called with the reason if a section is left out
 */
export async function explanationSections(
  { classes, configuration }: SavedRun,
  predictions: readonly Prediction[],
  folder: string,
  say: (text: string) => void,
): Promise<Section[]> {
  if (predictions.length === 0) return [];
  const { reading } = configuration.data;
  const read = reading ? { reading } : {};
  const orLeaveOut = async (what: string, sections: () => Promise<Section[]>) => {
    try {
      return await sections();
    } catch (error) {
      say(`no ${what} in the report: ${messageOf(error)}`);
      return [];
    }
  };
  return orLeaveOut('Grad-CAM, occlusion and embedding', async () => {
    const model = await openRun(folder);
    const { network, head } = model;
    try {
      const explained = { backbone: network, ...(head ? { head } : { model: network.model }) };
      return [
        ...(await orLeaveOut('Grad-CAM and occlusion', () =>
          heatSections({ ...explained, classes, predictions, ...read }),
        )),
        ...(await orLeaveOut('embedding', () =>
          embeddingSections(
            explained,
            classes,
            predictions.map((prediction) => ({ ...prediction, ...read })),
          ),
        )),
      ];
    } finally {
      model.dispose();
    }
  });
}

async function heatSections(run: Parameters<typeof explainPictures>[0]): Promise<Section[]> {
  return [
    {
      heading: 'Grad-CAM',
      words:
        'Beside each picture, how much each region raises the score of the predicted class: from blue, not at all, to yellow, most.',
      pictures: await explainPictures(run),
    },
    {
      heading: 'Occlusion',
      words:
        'Beside each picture, where a gray square lowers the probability of the predicted class most: from blue to yellow.',
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
      heading: 'Embedding of the features',
      words: `The features of ${chosen.length} validation pictures in two dimensions: first the directions of largest variance (PCA), then a map that keeps neighbours together (UMAP).`,
      charts: [
        await drawn('pca', 'Principal components of the features'),
        await drawn('umap', 'Neighbours among the features (UMAP)'),
      ],
    },
  ];
}
