export {
  type CompiledFunction,
  type CompileOptions,
  type CompileReport,
  compile,
} from './compile';
export { type CompileForwardOptions, compileForward } from './compileForward';
export type { Results } from './results';
