import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { imageFolder } from '../../src/data';
import { interleave, median } from '../measure';
import { startPeer } from '../peers';
import type { Row } from '../row';
import { benchCache, tunebookTrain } from './photos';

/** How many times as long as the forward pass a prediction may take. */
const MOST = 1.3;

/** One photo at a time, as a server answers: from the bytes of its file to probabilities, against the forward pass alone. */
export const serveRow: Row = {
  name: 'serve',
  work: 'one photo from its bytes to probabilities, EfficientNet-Lite0, 224 px',
  unit: 'ms',
  goals: [],
  requirements: [
    {
      text: `at most ${MOST} times the forward pass`,
      isMet: ({ values, forwardAlone }) => (forwardAlone ? values.tunebook! <= MOST * forwardAlone : undefined),
    },
  ],
  async measure(settings) {
    const { photos, rounds, seconds, onProgress } = settings;
    if (!existsSync(photos)) throw new Error(`there are no photos in ${photos}: name a folder with --photos`);
    const run = join(projectFolder, 'build', 'bench', 'served-run');
    rmSync(run, { recursive: true, force: true });
    onProgress('training the model that is served');
    await tunebookTrain(['--data', photos, '--epochs', '1', '--out', run], benchCache('serve'));
    const { file } = imageFolder(join(photos, 'validation')).examples[0]!;
    const [served, alone] = [startPeer('tunebook'), startPeer('tunebook')];
    try {
      await served.prepare({ kind: 'serve', run, files: [file] });
      await alone.prepare({ kind: 'forward', network: 'efficientnet-lite0', batch: 1, size: 224 });
      onProgress('running in turn');
      const things = new Map([
        ['served', served],
        ['alone', alone],
      ] as const);
      const options = { rounds: [3 * rounds[0], 3 * rounds[1]] as [number, number], seconds };
      const times = await interleave(things, options, (_, error) => {
        throw error;
      });
      const forwardAlone = median(times.get('alone')!);
      const notes = [`the forward pass alone: ${forwardAlone.toFixed(1)} ms`];
      const memory = { tunebook: await served.peakMemory() };
      return {
        values: { tunebook: median(times.get('served')!) },
        forwardAlone,
        memory,
        rounds: times.get('served')!.length,
        notes,
      };
    } finally {
      served.end();
      alone.end();
    }
  },
};
