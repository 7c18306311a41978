import { inCache, inProject, jupyterShare } from './paths.mjs';

/** Environment variables for every process that loads TensorFlow. */
export const tensorflowVariables = {
  // hides messages meant for TensorFlow's developers; errors are still printed
  TF_CPP_MIN_LOG_LEVEL: '2',
  // otherwise TensorFlow takes all of a GPU's memory at its first operation
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
};

/** The variable that tells Node 22 and newer where to keep the code that it compiled: a command starts in four fifths of the time. */
export const compiledCode = () => ({ NODE_COMPILE_CACHE: inCache('compiled') });

/** The file that gives Node 23 and newer the two `util` functions that tfjs-node calls. */
export const nodeShims = () => inProject('kernel-setup', 'lib', 'node-shims.cjs');

/**
 * This process's environment, plus TensorFlow's variables unless the user has set them.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function tensorflowEnvironment() {
  return { ...tensorflowVariables, ...process.env };
}

/**
 * An environment in which the project's Python finds the packages of its own environment only.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function pythonEnvironment() {
  const environment = { ...process.env };
  for (const name of [
    'PYTHONPATH',
    'PYTHONHOME',
    'PYTHONSTARTUP',
    'PYTHONDONTWRITEBYTECODE', // without the compiled files TensorFlow takes 10 s to import instead of 3
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
 * The environment of JupyterLab and of every program that starts a kernel: their files go to the project's cache, and the project's kernel
 * is the only one that they see.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function jupyterEnvironment() {
  return {
    ...tensorflowVariables,
    ...compiledCode(),
    ...pythonEnvironment(),
    JUPYTER_PATH: jupyterShare(),
    JUPYTER_DATA_DIR: inCache('jupyter', 'data'),
    JUPYTER_CONFIG_DIR: inCache('jupyter', 'config'),
    JUPYTER_RUNTIME_DIR: inCache('jupyter', 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: inCache('jupyter', 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: inCache('jupyter', 'workspaces'),
    IPYTHONDIR: inCache('jupyter', 'ipython'),
    // otherwise the debugger of the Python kernel prints a warning about it
    PYDEVD_DISABLE_FILE_VALIDATION: '1',
  };
}
