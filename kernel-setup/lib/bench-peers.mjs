import { benchPython } from '../steps/bench-python.mjs';
import { messageOf } from './errors.mjs';
import { setUp } from './setup.mjs';

/**
 * Install the frameworks that the benchmark compares with, once. Without them the benchmark still measures tunebook, so a failure is
 * printed and ignored.
 */
export async function setUpPeers() {
  try {
    await setUp({ steps: [benchPython] });
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
  }
}
