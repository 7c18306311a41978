import { spawnSync } from 'node:child_process';
import { pythonEnvironment } from './environment.mjs';
import { SetupError } from './errors.mjs';

/** The oldest Python version (3.x) that the pinned packages support. */
const OLDEST = 10;

/** Program names, tried in this order; the variable is for a Python that is not on the PATH. */
const NAMES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.14', 'python'];

/** Prints version, path, and whether a virtual environment with pip can be made. */
const PROBE = `
import importlib.util as u, json, sys
print(json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "minor": sys.version_info[1], "major": sys.version_info[0],
  "path": sys.executable, "venv": bool(u.find_spec("venv") and u.find_spec("ensurepip")), "bits": sys.maxsize > 2**32}))
`;

/**
 * @typedef {object} Python
 * @property {string} path
 * @property {string} version e.g. '3.11.7'
 * @property {boolean} venv whether it can make a virtual environment with pip
 */

/**
 * Ask a Python for its version.
 *
 * @param {string} program a name on the PATH, or a path
 * @returns {(Python & {serves: boolean}) | undefined} undefined if it does not run
 */
export function askPython(program) {
  const answer = spawnSync(program, ['-c', PROBE], { encoding: 'utf8', env: pythonEnvironment(), timeout: 20_000 });
  if (answer.status !== 0) return undefined;
  try {
    const { version, major, minor, path, venv, bits } = JSON.parse(answer.stdout);
    return { version, path, venv, serves: major === 3 && minor >= OLDEST && bits };
  } catch {
    return undefined;
  }
}

/**
 * The first Python on the machine that is new enough (3.10) and able to make a virtual environment.
 *
 * @returns {Python}
 * @throws {SetupError} if there is none; the message says what was found and how to install one
 */
export function findPython() {
  const wanted = process.env.TUNEBOOK_PYTHON;
  const found = (wanted ? [wanted] : NAMES).map(askPython).filter((python) => python !== undefined);
  const serving = found.filter((python) => python.serves);
  const best = serving.find((python) => python.venv);
  if (best) return best;
  const [bare] = serving;
  if (bare) {
    throw new SetupError(
      `Python ${bare.version} (${bare.path}) cannot make a virtual environment: its venv or ensurepip module is missing. ` +
        'Install it (Debian, Ubuntu: apt-get install python3-venv) and run the command again.',
    );
  }
  const seen = wanted
    ? `TUNEBOOK_PYTHON names ${wanted}, which ${found[0] ? `is Python ${found[0].version}` : 'does not run'}`
    : found[0]
      ? `found only Python ${found[0].version} (${found[0].path})`
      : 'found none on the PATH';
  throw new SetupError(
    `tunebook needs Python 3.${OLDEST} or newer for JupyterLab: ${seen}. ` +
      'Install one (Debian, Ubuntu: apt-get install python3 python3-venv) and run the command again; ' +
      'TUNEBOOK_PYTHON=/path/to/python3 names one that is not on the PATH.',
  );
}
