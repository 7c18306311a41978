import { tunebookVersion } from '../../core/version';
import { RESULTS_VERSION } from '../plan';

/** The versions that a study and its workers must share, so that a run has the same result on every machine. */
export interface Release {
  /** version of the package */
  tunebook: string;
  /** increased when the same settings give different results: see `RESULTS_VERSION` */
  results: number;
  /** version of the format of messages */
  messages: number;
}

/** The release of this process. */
export const ownRelease: Release = { tunebook: tunebookVersion(), results: RESULTS_VERSION, messages: 1 };

/** The release as a name, for keys and comparisons: '0.1.0-1-1'. */
export function releaseName({ tunebook, results, messages }: Release): string {
  return `${tunebook}-${results}-${messages}`;
}

/** Whether a value is a release. */
export function isRelease(value: unknown): value is Release {
  const { tunebook, results, messages } = (value ?? {}) as Partial<Release>;
  const isVersion = typeof tunebook === 'string' && /^\d+\.\d+\.\d+[\w.+-]{0,40}$/.test(tunebook);
  return isVersion && Number.isSafeInteger(results) && Number.isSafeInteger(messages);
}

/** A release in messages: '0.2.0', or the full name if two releases of the same version differ. */
export function inWords(release: Release, other: Release): string {
  return release.tunebook === other.tunebook ? releaseName(release) : release.tunebook;
}

/** Name of the queue for the runs of a dataset, executed by a release. */
export function queueOf(release: Release, dataFingerprint: string): string {
  return `runs-${releaseName(release)}-${dataFingerprint.slice(0, 16)}`;
}
