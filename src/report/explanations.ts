import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '../errors';
import { explainPictures } from '../explain';
import { backboneEntry } from '../models';
import { type KeptRun, loadRun } from '../study';
import { backboneOf, defaultSettings } from '../training';
import type { Section } from './figures';

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
  const data = run.configuration.data.folder;
  const predictions = run.predictions
    .map((each) => ({ ...each, file: resolve(data, each.file) }))
    .filter(({ file }) => existsSync(file));
  if (predictions.length === 0) return [];
  try {
    const { configuration, model } = await loadRun(folder);
    const settings = { ...defaultSettings, ...configuration.settings };
    const whole = configuration.model === 'whole';
    const known = backboneEntry(settings.backbone);
    const preprocessing = { ...known.preprocessing, inputSize: settings.inputSize || known.preprocessing.inputSize };
    const backbone = whole ? { entry: { ...known, preprocessing }, model } : await backboneOf(settings);
    const surest = predictions
      .filter(({ label, predicted }) => label !== predicted)
      .sort((a, b) => b.probabilities[b.predicted]! - a.probabilities[a.predicted]!);
    const explained = { classes: run.classes, predictions, backbone, ...(whole ? { model } : { head: model }) };
    const pictures = await explainPictures(explained, surest.length > 0 ? surest : predictions);
    model.dispose();
    if (!whole) backbone.model.dispose();
    const words = 'Beside each picture what spoke for the class that was said: yellow much, blue nothing (Grad-CAM).';
    return [{ heading: 'Where it looks', words, pictures }];
  } catch (error) {
    say(`no Grad-CAM in the report: ${messageOf(error)}`);
    return [];
  }
}
