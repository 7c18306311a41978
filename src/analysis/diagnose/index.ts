export { type Diagnosis, diagnose } from './diagnose';
export type { DiagnosedRun, Finding, FindingKind } from './finding';
