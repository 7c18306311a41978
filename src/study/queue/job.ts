import { sha256 } from '../../core/files';
import type { RunTask } from '../plan';

/** What a worker is told. What it answers lies beside the queue: see `answers.ts`. */
export interface RunJob {
  task: RunTask;
  cache: boolean;
  pruneBelow: (number | null)[];
}

/** What a run goes by in the queue: the same for whoever asks for the same run of the same pictures. */
export function jobId({ hash, dataFingerprint, models }: RunTask): string {
  return `${hash.slice(0, 24)}-${sha256(`${dataFingerprint} ${models}`).slice(0, 8)}`;
}
