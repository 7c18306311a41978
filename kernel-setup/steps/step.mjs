/**
 * One step of the set-up.
 *
 * A step is done if it was finished with the same inputs and its main artefacts still exist, or if its own `holds` says so. Inputs are read
 * again after the step has run, so they may describe its results (such as the target of a link).
 *
 * @typedef {object} Step
 * @property {string} name the name of its stamp file and of its log
 * @property {string} title
 * @property {() => string[]} inputs everything that its result depends on
 * @property {() => string[]} artefacts files and folders that must exist afterwards
 * @property {(report: import('../lib/report.mjs').Report) => Promise<void>} run
 * @property {() => boolean} [holds] replaces the check of stamp and artefacts
 */

import { existsSync } from 'node:fs';
import { hashOf, removeStamp, stampHolds, writeStamp } from '../lib/stamps.mjs';

/**
 * Whether a step is done. This is cheap: it reads some files and starts no process.
 *
 * @param {Step} step
 * @returns {boolean}
 */
export function isDone(step) {
  if (step.holds) return step.holds();
  return step.artefacts().every((path) => existsSync(path)) && stampHolds(step.name, hashOf(step.inputs()));
}

/**
 * Run a step and record that it is done.
 *
 * @param {Step} step
 * @param {import('../lib/report.mjs').Report} report
 * @returns {Promise<number>} seconds
 */
export async function carryOut(step, report) {
  const start = performance.now();
  removeStamp(step.name, hashOf(step.inputs()));
  await step.run(report);
  const missing = step.artefacts().find((path) => !existsSync(path));
  if (missing) throw new Error(`set-up step ${step.name} ended without ${missing}`);
  const seconds = (performance.now() - start) / 1000;
  writeStamp(step.name, hashOf(step.inputs()), seconds);
  return seconds;
}
