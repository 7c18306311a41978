import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kernelspecFile } from '../steps/kernelspec.mjs';
import { readIp, readOptions, readPort } from './arguments.mjs';
import { logFile } from './child.mjs';
import { jupyterEnvironment } from './environment.mjs';
import { SetupError } from './errors.mjs';
import { faultLine } from './failures.mjs';
import { inCache, inProject, isClone, projectFolder, setupCommand, venvPython } from './paths.mjs';
import { answers, isFree, nextFree } from './ports.mjs';
import { makePrivateFolder, openPrivateFile } from './private.mjs';
import { endGroup } from './processes.mjs';
import { writeWhole } from './stamps.mjs';

const FIRST_PORT = 8888;
const NOTEBOOK = 'notebooks/00-quick-start.ipynb';
/** How long to wait for JupyterLab to answer, in milliseconds. Usually seconds suffice; a busy machine may need longer. */
const PATIENCE = 90_000;

/** The folder that JupyterLab shows. A package in node_modules is not the place for notebooks: installing it again would delete them. */
const usualFolder = () => (isClone ? projectFolder : process.cwd());

/** @param {number} port */
const logOf = (port) => logFile(`jupyterlab-${port}`);

/** Settings that switch off what JupyterLab would request over the network, and those that suit the notebooks. */
const SETTINGS = {
  '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
  // JupyterLab drops suggestions that take longer than a second, as the first ones on a busy machine do
  '@jupyterlab/completer-extension:manager': { providerTimeout: 5000 },
  // otherwise the ends of lines are out of view beside the file browser, at 1280 pixels
  '@jupyterlab/notebook-extension:tracker': { codeCellConfig: { lineWrap: true } },
};

/**
 * The command line of `npm start` and `tunebook lab`.
 *
 * @param {readonly string[]} argv [--port N] [--ip ADDRESS] [--no-browser] [--folder DIR]
 * @param {string} name the command's name, for the usage line
 * @param {() => Promise<unknown>} [before] runs after the options were checked
 * @returns {Promise<number>} exit code
 */
export async function labCommand(argv, name, before = async () => {}) {
  const usage = `${name} [--port N] [--ip ADDRESS] [--no-browser] [--folder DIR]`;
  const given = readOptions(argv, usage, {
    port: { type: 'string' },
    ip: { type: 'string' },
    'no-browser': { type: 'boolean' },
    folder: { type: 'string' },
  });
  if (given.help) {
    process.stdout.write(
      `Usage: ${usage}\nStart JupyterLab, for this machine only (unless a container uses --ip 0.0.0.0), and open ${NOTEBOOK}.\n`,
    );
    return 0;
  }
  const port = readPort(given.port);
  const ip = readIp(given.ip);
  if (port !== undefined) await requireFree(port);
  await before();
  const folder = typeof given.folder === 'string' ? given.folder : undefined;
  return startLab({ port, ip, browser: !given['no-browser'], folder });
}

/** @param {number} port */
async function requireFree(port) {
  if (await isFree(port)) return;
  throw new SetupError(
    `Port ${port} is taken (or needs administrator rights). Choose another with --port, or leave --port out to get the next free one.`,
  );
}

/**
 * Start JupyterLab, print its address, and wait until it ends.
 *
 * It ends at Ctrl+C, and whenever this process ends. Except for the notebooks, all files that it writes are in the cache.
 *
 * @param {object} [options]
 * @param {number} [options.port] default: the first free one from 8888 on
 * @param {string} [options.ip] address it listens on; default 127.0.0.1, this machine only. In a container use 0.0.0.0, because
 *   published ports belong to the container's network
 * @param {boolean} [options.browser] open a browser where there is a display; default true
 * @param {string} [options.folder] that JupyterLab shows; default: the current one, in a clone the clone
 * @param {string} [options.notebook] to open, relative to the folder that JupyterLab shows; default the quick start
 * @returns {Promise<number>} exit code: 0 if the user ended it
 * @throws {SetupError} if the port is taken, something is not set up, or JupyterLab does not start
 */
export async function startLab({ port, ip, browser = true, folder = usualFolder(), notebook = NOTEBOOK } = {}) {
  const address = readIp(ip) ?? '127.0.0.1';
  const root = resolve(folder);
  if (!existsSync(root)) throw new SetupError(`there is no folder '${folder}' for JupyterLab to show`);
  if (!existsSync(venvPython()) || !existsSync(kernelspecFile())) {
    const command = isClone ? '`npm start` (or `npm run setup`) in the project folder' : `\`${setupCommand}\``;
    throw new SetupError(`JupyterLab is not set up yet: run ${command}.`);
  }
  if (port !== undefined) await requireFree(port);
  const chosen = port ?? (await nextFree(FIRST_PORT));
  if (chosen === undefined)
    throw new SetupError(`No free port was found from ${FIRST_PORT} on: choose one with --port.`);
  writeWhole(inCache('jupyter', 'config', 'labconfig', 'default_setting_overrides.json'), JSON.stringify(SETTINGS));
  const child = launch({ port: chosen, address, browser, root, notebook });
  /** @type {Promise<number>} */
  const ended = new Promise((done) => {
    child.on('error', () => done(1));
    child.on('exit', (code, signal) => done(code ?? (signal === 'SIGTERM' ? 0 : 1)));
  });
  const stopped = stopWithUs(child);
  const url = await ready(child, ended, existsSync(join(root, notebook)) ? `lab/tree/${notebook}` : 'lab');
  if (url === undefined) {
    if (stopped()) return 0;
    const file = logOf(chosen);
    const log = existsSync(file) ? readFileSync(file, 'utf8') : '';
    throw new SetupError(`JupyterLab did not start: ${faultLine(log)}. Log: ${file}`);
  }
  process.stdout.write(`JupyterLab is ready at ${url}\nCtrl+C ends it.\n`);
  const code = await ended;
  if (stopped()) return 0;
  if (code !== 0) process.stderr.write(`JupyterLab ended with code ${code}. Log: ${logOf(chosen)}\n`);
  return code;
}

/** @param {{port: number, address: string, browser: boolean, root: string, notebook: string}} options */
function launch({ port, address, browser, root, notebook }) {
  // JupyterLab stores its token, the secret of its cookies and the kernels' keys here
  makePrivateFolder(inCache('jupyter', 'runtime'));
  const display = Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  const page = existsSync(join(root, notebook))
    ? `/lab/tree/${notebook.split('/').map(encodeURIComponent).join('/')}`
    : '/lab';
  const parameters = [
    inProject('kernel-setup', 'lib', 'jupyter_lab.py'),
    `--ServerApp.ip=${address}`,
    `--ServerApp.port=${port}`,
    '--ServerApp.port_retries=20',
    `--ServerApp.root_dir=${root}`,
    `--LabApp.default_url=${page}`,
    `--LabApp.extra_labextensions_path=${inProject('kernel-setup', 'labextensions')}`,
    // JupyterLab's list of extensions would ask a package registry
    '--LabApp.extension_manager=readonly',
    '--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate',
    '--MultiKernelManager.default_kernel_name=tslab',
  ];
  if (!(browser && display)) parameters.push('--no-browser');
  if (process.getuid?.() === 0) parameters.push('--allow-root');
  const log = openPrivateFile(logOf(port)); // the log contains JupyterLab's token
  return spawn(venvPython(), parameters, {
    cwd: root,
    env: jupyterEnvironment(),
    // The closing pipe tells the child process that this process has ended. Its own process group keeps the terminal's Ctrl+C away from it.
    stdio: ['pipe', log, log],
    detached: true,
  });
}

/**
 * Pass on the request to end: the first Ctrl+C stops JupyterLab and its kernels, a second one ends it without waiting for them.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @returns {() => boolean} whether the user asked it to end
 */
function stopWithUs(child) {
  let wished = 0;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      wished++;
      if (child.pid === undefined || child.exitCode !== null) return;
      if (wished === 1) {
        process.stdout.write('\nEnding JupyterLab.\n');
        child.kill('SIGTERM');
      } else endGroup(child.pid);
    });
  }
  return () => wished > 0;
}

/**
 * Wait until JupyterLab answers.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {Promise<number>} ended
 * @param {string} page path to open
 * @returns {Promise<string | undefined>} its address with the token; undefined if it ended instead
 */
async function ready(child, ended, page) {
  let gone = false;
  void ended.then(() => {
    gone = true;
  });
  // JupyterLab writes this file a moment before it accepts connections
  const file = inCache('jupyter', 'runtime', `jpserver-${child.pid}.json`);
  rmSync(file, { force: true });
  for (const end = Date.now() + PATIENCE; Date.now() < end && !gone; await sleep(40)) {
    try {
      const { hostname, port, token } = JSON.parse(readFileSync(file, 'utf8'));
      const host = ['0.0.0.0', '::'].includes(hostname) ? '127.0.0.1' : hostname; // 0.0.0.0 includes this machine's own address
      if (!(await answers(host, port))) continue;
      return `http://${host.includes(':') ? `[${host}]` : host}:${port}/${page}?token=${token}`;
    } catch {
      // the file does not exist yet, or is incomplete
    }
  }
  if (!gone && child.pid !== undefined) endGroup(child.pid);
  return undefined;
}
