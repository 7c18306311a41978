import { inCache, inProject } from './paths.mjs';

/** What TensorFlow should see in every process that loads it. */
export const tensorflowVariables = {
  // its own messages are for TensorFlow's developers; errors still print
  TF_CPP_MIN_LOG_LEVEL: '2',
  // without this it takes all of a GPU's memory at its first operation
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
};

/** The file that gives Node 23 and newer the two `util` functions that tfjs-node calls. */
export const nodeShims = () => inProject('kernel-setup', 'lib', 'node-shims.cjs');

/**
 * This process's environment with TensorFlow's variables, where the person has not set them.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function tensorflowEnvironment() {
  return { ...tensorflowVariables, ...process.env };
}

/**
 * An environment in which the project's own Python sees its own packages and nobody else's.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function pythonEnvironment() {
  const environment = { ...process.env };
  for (const name of [
    'PYTHONPATH',
    'PYTHONHOME',
    'PYTHONSTARTUP',
    'PYTHONDONTWRITEBYTECODE', // TensorFlow takes 10 s to import instead of 3 where each process compiles it anew
    'VIRTUAL_ENV',
    'PIP_TARGET',
    'PIP_PREFIX',
    'PIP_USER',
    'PIP_REQUIRE_VIRTUALENV',
    'PIP_QUIET',
    'PIP_VERBOSE',
    'PIP_PROGRESS_BAR',
  ]) {
    delete environment[name];
  }
  return {
    ...environment,
    PYTHONNOUSERSITE: '1',
    PYTHONUTF8: '1',
    PYTHONUNBUFFERED: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    PIP_ROOT_USER_ACTION: 'ignore',
  };
}

/**
 * The environment of JupyterLab and of every tool that starts a kernel: what they write stays in the project's cache,
 * and of kernels they see the project's own.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function jupyterEnvironment() {
  return {
    ...tensorflowVariables,
    ...pythonEnvironment(),
    JUPYTER_PATH: inCache('jupyter', 'share'),
    JUPYTER_DATA_DIR: inCache('jupyter', 'data'),
    JUPYTER_CONFIG_DIR: inCache('jupyter', 'config'),
    JUPYTER_RUNTIME_DIR: inCache('jupyter', 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: inCache('jupyter', 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: inCache('jupyter', 'workspaces'),
    IPYTHONDIR: inCache('jupyter', 'ipython'),
    // the debugger of the Python kernel complains about it otherwise
    PYDEVD_DISABLE_FILE_VALIDATION: '1',
  };
}
