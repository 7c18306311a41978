import assert from 'node:assert/strict';
import { load } from './helpers';

interface FailuresModule {
  explain(log: string, what: string): { cause: string; remedy: string } | undefined;
  faultLine(log: string): string;
}

// as npm 11 and pip 26 print them
const PIP_OFFLINE = `WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError("[Errno -3] Temporary failure in name resolution")': /simple/tensorflow-cpu/
ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==2.20.0 (from versions: none)
ERROR: No matching distribution found for tensorflow-cpu==2.20.0`;
const PIP_HASH = `ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes.
    six==1.16.0 Expected sha256 0000 Got 8abb`;
const NPM_OFFLINE = `npm error code ECONNREFUSED
npm error errno ECONNREFUSED
npm error FetchError: request to a registry failed, reason: connect ECONNREFUSED 127.0.0.1:9`;
const NPM_FULL = `npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write
npm error code ENOSPC`;

describe('a log of a failed child process', () => {
  let failures: FailuresModule;
  before(async () => {
    failures = await load<FailuresModule>('lib', 'failures.mjs');
  });

  it('gives the cause as a sentence', () => {
    const cause = (log: string) => failures.explain(log, 'the packages')?.cause;
    assert.equal(cause(PIP_OFFLINE), 'no network while fetching the packages');
    assert.equal(cause(NPM_OFFLINE), 'no network while fetching the packages');
    assert.equal(cause(PIP_HASH), 'the download of the packages is not the pinned file (wrong hash)');
    assert.equal(cause(NPM_FULL), 'the disk is full');
    assert.match(
      cause('npm error code EACCES\nnpm error Error: EACCES: permission denied') ?? '',
      /^no permission to write/,
    );
    assert.equal(cause('src/a.cc:3:1: error: expected declaration'), undefined);
  });

  it('with an unknown cause gives its first line with an error', () => {
    const log =
      'In file included from a.cc\na.cc:3:1: error: expected declaration\nb.cc:1:1: error: and so on\nmake: stop';
    assert.equal(failures.faultLine(log), 'a.cc:3:1: error: expected declaration');
    assert.equal(failures.faultLine('one\ntwo\n'), 'two');
    assert.equal(failures.faultLine(''), 'it printed nothing');
  });
});
