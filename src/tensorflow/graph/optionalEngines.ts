import { onnxRuntime } from './onnx/onnxRuntime';
import { openVino } from './openvino/openVino';
import type { OptionalEngine } from './optionalEngine';

/** By the name that the setting `engine` has for them, which is also that of the step of the set-up. */
export const optionalEngines = { onnxruntime: onnxRuntime, openvino: openVino } as const satisfies Record<
  string,
  OptionalEngine
>;

export type OptionalEngineName = keyof typeof optionalEngines;

export const optionalEngineNames = Object.keys(optionalEngines) as OptionalEngineName[];

/** Those that are installed on this machine. */
export const installedEngines = (): OptionalEngineName[] =>
  optionalEngineNames.filter((name) => optionalEngines[name].isInstalled());
