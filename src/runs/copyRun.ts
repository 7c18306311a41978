import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkNewFolder } from '../core/files';
import { parseJson } from '../core/readBounded';
import { writeFolder } from '../core/writeFolder';
import type { tf } from '../tensorflow';
import type { Prediction, TestResult } from '../training';
import { readConfiguration } from './readConfiguration';
import { json, predictionsCsv, testMetrics } from './runFolder';

/** What a copy of a run has of its own. */
export interface RunChanges {
  /** the model, in place of the copied one */
  model?: tf.LayersModel;
  /** its predictions of the validation pictures, with absolute paths */
  predictions?: readonly Prediction[];
  /** its evaluation on the test pictures, with absolute paths */
  test?: TestResult;
  /** further numbers of metrics.json, in place of those of the same name */
  metrics?: Record<string, unknown>;
}

/**
 * Copy a saved run to a new folder, with another model or an evaluation on test pictures. The folder appears under its name only when
 * all of it has been written.
 *
 * @param to must not exist, or be empty
 * @throws {UserError} if that folder is not empty or cannot be written
 */
export async function copyRun(
  from: string,
  to: string,
  { model, predictions, test, metrics }: RunChanges,
): Promise<void> {
  checkNewFolder(to, 'the run');
  const { classes, data } = readConfiguration(from);
  await writeFolder(to, async (temporary) => {
    cpSync(from, temporary, { recursive: true });
    const named = { classes, folder: data.folder };
    if (predictions) writeFileSync(join(temporary, 'predictions.csv'), predictionsCsv(named, predictions));
    if (test) writeFileSync(join(temporary, 'test-predictions.csv'), predictionsCsv(named, test.predictions));
    if (model) {
      rmSync(join(temporary, 'model'), { recursive: true, force: true });
      await model.save(`file://${join(temporary, 'model')}`);
    }
    const file = join(temporary, 'metrics.json');
    const known = parseJson(readFileSync(file, 'utf8'), 'its metrics.json') as object;
    writeFileSync(file, json({ ...known, ...metrics, ...(test && { test: testMetrics(test) }) }));
  });
}
