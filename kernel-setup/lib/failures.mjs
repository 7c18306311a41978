/**
 * Known causes of failures outside tunebook, recognized by what npm, pip and compilers print. The first match decides, so the order
 * matters: without a network pip also says that it found no matching version.
 */
const KNOWN = [
  {
    pattern: /ENOSPC|No space left on device|Disk quota exceeded/i,
    cause: () => 'the disk is full',
    remedy: 'Free some disk space (the set-up needs 3 GB, with an NVIDIA GPU 12 GB)',
  },
  {
    pattern: /DO NOT MATCH THE HASHES|EINTEGRITY|Hash(es)? mismatch/i,
    cause: (/** @type {string} */ what) => `the download of ${what} is not the pinned file (wrong hash)`,
    remedy:
      'If you use a mirror or proxy, check it; clear its cache and those of pip and npm (`npm cache clean --force`)',
  },
  {
    pattern: /SELF_SIGNED_CERT|CERTIFICATE_VERIFY_FAILED|UNABLE_TO_(VERIFY|GET)|CERT_HAS_EXPIRED/i,
    cause: (/** @type {string} */ what) => `the certificate of the registry was refused while fetching ${what}`,
    remedy: 'Behind a company proxy, name its certificate in NODE_EXTRA_CA_CERTS and PIP_CERT',
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED|FETCH_ERROR|NewConnectionError|NameResolutionError|Failed to establish a new connection|Temporary failure in name resolution|Name or service not known|Network is unreachable|Connection refused|ConnectTimeoutError|ReadTimeoutError|Read timed out|ProxyError|Connection aborted|IncompleteRead|incomplete-download|Max retries exceeded/i,
    cause: (/** @type {string} */ what) => `no network while fetching ${what}`,
    remedy: 'Connect (or set the proxy)',
  },
  {
    pattern: /EACCES|EPERM|EROFS|Permission denied|Read-only file system/,
    cause: (/** @type {string} */ what) => `no permission to write while installing ${what}`,
    remedy: 'Give yourself write permission in the project folder and in the caches of npm and pip',
  },
];

/**
 * Cause and remedy of a child process that failed.
 *
 * @param {string} log what it printed
 * @param {string} what what the process was working on, e.g. 'the Python packages'
 * @returns {{cause: string, remedy: string} | undefined} undefined if the log matches no known cause
 */
export function explain(log, what) {
  const known = KNOWN.find(({ pattern }) => pattern.test(log));
  return known && { cause: known.cause(what), remedy: known.remedy };
}

/**
 * The line of a log that most likely names the cause: the first that mentions an error, otherwise the last.
 *
 * @param {string} log
 * @returns {string}
 */
export function faultLine(log) {
  const lines = log
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('Progress ') && line !== 'npm error');
  return (lines.find((line) => /\berror\b(?! code)|Error:/i.test(line)) ?? lines.at(-1) ?? 'it printed nothing').slice(
    0,
    300,
  );
}
