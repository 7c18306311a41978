import { benchPython } from '../steps/bench-python.mjs';
import { onnxruntime } from '../steps/onnxruntime.mjs';
import { openvino } from '../steps/openvino.mjs';
import { messageOf } from './errors.mjs';
import { setUp } from './setup.mjs';

/**
 * Install the frameworks that the benchmark compares with, and tunebook's optional engines, once. Without them the benchmark still measures
 * tunebook, so a failure is printed and ignored.
 */
export async function setUpPeers() {
  for (const step of [benchPython, onnxruntime, openvino]) {
    try {
      await setUp({ steps: [step] });
    } catch (error) {
      process.stderr.write(`${messageOf(error)}\n`);
    }
  }
}
