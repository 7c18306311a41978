import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sha256 } from '../core/files';
import { cacheFolder } from '../core/paths';
import { tunebookVersion } from '../core/version';

/**
 * Keep in mind that a model was evaluated on test pictures: a line in a file of the cache that belongs to exactly these pictures
 * and labels. The same predictions again are no other model.
 *
 * @returns how many other models were evaluated on them before, on this machine
 */
export function recordTestUse(
  predictions: readonly { hash: string; label: number; probabilities: readonly number[] }[],
  accuracy: number,
): number {
  const byPicture = [...predictions].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const pictures = sha256(byPicture.map(({ hash, label }) => `${hash} ${label}`).join('\n'));
  const model = sha256(byPicture.map(({ probabilities }) => probabilities.map((p) => p.toFixed(4)).join()).join('\n'));
  const file = cacheFolder('test-uses', `${pictures}.txt`);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const models = new Set(lines.map((line) => line.split(' ')[0]!).filter((text) => /^[0-9a-f]{64}$/.test(text)));
  const date = new Date().toISOString();
  const line = `${model} ${date} accuracy ${accuracy.toFixed(4)} tunebook ${tunebookVersion()}\n`;
  if (!models.has(model)) append(file, line);
  models.delete(model);
  return models.size;
}

/** In one short write, so that two processes at once do not mix their lines. */
function append(file: string, line: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, line);
  } catch {
    // a cache that cannot be written, or a full disk, must not cost the training whose last step this is
  }
}
