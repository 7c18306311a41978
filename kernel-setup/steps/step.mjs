/**
 * One step of the set-up.
 *
 * A step is done when it was finished with the same inputs and its main artefacts still exist, or when its own `holds`
 * says so. Inputs are read again after the work, so they may describe what the work leaves behind (where a link points).
 *
 * @typedef {object} Step
 * @property {string} name its stamp's and log's name
 * @property {string} title
 * @property {() => string[]} inputs all that its result depends on
 * @property {() => string[]} artefacts files and folders that must exist afterwards
 * @property {(report: import('../lib/report.mjs').Report) => Promise<void>} run
 * @property {() => boolean} [holds] in place of stamp and artefacts
 */

import { existsSync } from 'node:fs';
import { hashOf, removeStamp, stampHolds, writeStamp } from '../lib/stamps.mjs';

/**
 * Whether a step is done. Cheap: some files are read, no process is started.
 *
 * @param {Step} step
 * @returns {boolean}
 */
export function isDone(step) {
  if (step.holds) return step.holds();
  return step.artefacts().every((path) => existsSync(path)) && stampHolds(step.name, hashOf(step.inputs()));
}

/**
 * Do a step and note that it is done.
 *
 * @param {Step} step
 * @param {import('../lib/report.mjs').Report} report
 * @returns {Promise<number>} seconds
 */
export async function carryOut(step, report) {
  const start = performance.now();
  removeStamp(step.name);
  await step.run(report);
  const missing = step.artefacts().find((path) => !existsSync(path));
  if (missing) throw new Error(`set-up step ${step.name} ended without ${missing}`);
  const seconds = (performance.now() - start) / 1000;
  writeStamp(step.name, hashOf(step.inputs()), seconds);
  return seconds;
}
