import { tunebookVersion } from '../../core/version';
import { RESULTS_VERSION } from '../plan';

/** What a study and its workers must have in common, so that a run comes to the same whoever makes it. */
export interface Release {
  /** version of the package */
  tunebook: string;
  /** counts up when runs of the same settings come out differently: see `plan.ts` */
  results: number;
  /** counts up when what they tell each other is written differently */
  messages: number;
}

/** What this process is. */
export const ownRelease: Release = { tunebook: tunebookVersion(), results: RESULTS_VERSION, messages: 1 };

/** The release in names of keys, and where two are compared: '0.1.0-1-1'. */
export function releaseName({ tunebook, results, messages }: Release): string {
  return `${tunebook}-${results}-${messages}`;
}

/** Whether something that was read can be a release. */
export function isRelease(value: unknown): value is Release {
  const { tunebook, results, messages } = (value ?? {}) as Partial<Release>;
  const isVersion = typeof tunebook === 'string' && /^\d+\.\d+\.\d+[\w.+-]{0,40}$/.test(tunebook);
  return isVersion && Number.isSafeInteger(results) && Number.isSafeInteger(messages);
}

/** A release for people: '0.2.0', with the counts where the versions are the same. */
export function inWords(release: Release, other: Release): string {
  return release.tunebook === other.tunebook ? releaseName(release) : release.tunebook;
}

/** The queue of the runs of certain pictures, as a release makes them. */
export function queueOf(release: Release, dataFingerprint: string): string {
  return `runs-${releaseName(release)}-${dataFingerprint.slice(0, 16)}`;
}
