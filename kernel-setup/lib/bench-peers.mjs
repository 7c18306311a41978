import { benchPython } from '../steps/bench-python.mjs';
import { messageOf } from './errors.mjs';
import { setUp } from './setup.mjs';

/** Install the frameworks that the bench compares with, once. Without them it measures tunebook alone, so a failure is only told. */
export async function setUpPeers() {
  try {
    await setUp({ steps: [benchPython] });
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
  }
}
