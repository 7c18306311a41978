export { type CheckedAnswer, check, neededValues } from './check';
export type { ChapterValues, CheckedRun, ComparedRun } from './exercise';
export { exercises } from './exercises';
