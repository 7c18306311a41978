import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';

/** A user's program, whose types depend on those of tunebook and of TensorFlow.js. */
export const useOfThePackage = `
import { charts, imageFolder, openRun, tf, train } from 'tunebook';
import { widget } from 'tunebook/widgets';

export async function use(): Promise<number> {
  const photos = imageFolder('photos');
  const run = await train(photos, { backbone: 'efficientnet-lite0', epochs: 2, seed: 1 });
  const accuracy: number = run.accuracy;
  const tensor: tf.Tensor1D = tf.tensor1d([1, 2]).add(1);
  const model = await openRun('runs/first');
  const { predictions } = await model.predict(['photo.jpg']);
  const probability: number | undefined = predictions[0]?.classes[0]?.probability;
  void [charts.trainingCurves, widget, tensor, probability];
  return accuracy;
}
`;

/**
 * Check the types of a file in a project, strictly, as its owner would.
 *
 * @param more further options of the compiler
 * @returns what the compiler prints: nothing if all is well
 */
export function strictCheck(project: string, file: string, ...more: string[]): string {
  const tsc = join(projectFolder, 'node_modules', 'typescript', 'bin', 'tsc');
  const types = join(projectFolder, 'node_modules', '@types');
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--target',
    'es2022',
    '--module',
    'nodenext',
    '--types',
    'node',
  ];
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, '--typeRoots', types, ...more, file], {
    cwd: project,
    encoding: 'utf8',
  });
  return stdout;
}
