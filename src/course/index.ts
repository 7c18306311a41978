export { type CheckedAnswer, check, neededValues } from './check';
export type { ChapterValues, CheckedRun, ComparedRun, TrialRow } from './exercise';
export { exercises } from './exercises';
