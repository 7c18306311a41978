export { availablePrecision, isBfloat16Faster } from './availablePrecision';
export { measuredEngine } from './chooseEngine';
export {
  type CompiledFunction,
  type CompileOptions,
  type CompileReport,
  compile,
} from './compile';
export { type CompileForwardOptions, compileForward } from './compileForward';
export { availableEngine, type Engine, type EngineChoice, engines, isOptional } from './engine';
export { foldedNormalization } from './foldedNormalization';
export { type Precision, precisions } from './precision';
export type { Results } from './results';
export { writeSavedModel } from './writeSavedModel';
