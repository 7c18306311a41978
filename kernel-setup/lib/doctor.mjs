import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { build } from '../steps/build.mjs';
import { kernelspecStep } from '../steps/kernelspec.mjs';
import { nodePackages } from '../steps/node-packages.mjs';
import { onnxruntime } from '../steps/onnxruntime.mjs';
import { openvino, whyNoOpenVino } from '../steps/openvino.mjs';
import { python } from '../steps/python.mjs';
import { samples } from '../steps/samples.mjs';
import { sharpStep } from '../steps/sharp.mjs';
import { isDone } from '../steps/step.mjs';
import { tensorflow, tryTensorFlow } from '../steps/tensorflow.mjs';
import { weights } from '../steps/weights.mjs';
import { widgets } from '../steps/widgets.mjs';
import { readOptions } from './arguments.mjs';
import { bindingFile } from './binding.mjs';
import { startLog } from './child.mjs';
import { systemCompilers } from './compiler.mjs';
import { pythonEnvironment } from './environment.mjs';
import { messageOf } from './errors.mjs';
import { surveyGpus } from './gpu.mjs';
import { inPackage } from './packages.mjs';
import { inCache, isClone, pythonFolder, setupCommand, venvPython } from './paths.mjs';
import { readPins } from './pip.mjs';
import { platformFacts, thisMachine, whyUnsupported } from './platform.mjs';
import { prebuiltBinding } from './prebuilt.mjs';
import { findPython } from './python.mjs';
import { sharpPackages } from './sharp.mjs';
import { filesIn } from './stamps.mjs';
import { decision, unusedGpus } from './tensorflow-variant.mjs';

/**
 * One row of the doctor's table.
 *
 * @typedef {object} Finding
 * @property {string} name
 * @property {boolean} ok
 * @property {string} found what is installed, or what is wrong
 * @property {string} [remedy] the command that fixes it, if `ok` is false
 */

const SETUP = setupCommand;

/**
 * @param {string} name
 * @param {string} found
 * @returns {Finding}
 */
const ok = (name, found) => ({ name, ok: true, found });

/**
 * @param {string} name
 * @param {string} found
 * @param {string} [remedy]
 * @returns {Finding}
 */
const missing = (name, found, remedy = SETUP) => ({ name, ok: false, found, remedy });

/**
 * @param {string} name
 * @param {import('../steps/step.mjs').Step} step
 * @param {() => string} found
 */
function ofStep(name, step, found) {
  if (isDone(step)) return ok(name, found());
  const there = step.artefacts().every((path) => existsSync(path));
  return missing(name, there ? 'out of date' : 'missing');
}

/** e.g. 'Linux x86_64, kernel 6.1.0, glibc 2.36' */
function system() {
  const machine = thisMachine();
  const problem = whyUnsupported(machine);
  if (problem) return missing('system', problem, 'see Requirements in the README');
  const { title, untested } = platformFacts();
  const libc = machine.glibc ? `, glibc ${machine.glibc}` : '';
  return ok('system', `${title}, kernel ${machine.kernel}${libc}${untested ? '; experimental' : ''}`);
}

/** What to send to the authors of tunebook from a platform that they do not have. */
function whatToSend() {
  const { title, untested } = platformFacts();
  if (!untested) return '';
  return (
    `${title} is experimental: ${untested}. Please open an issue with this table, what these commands print, and the files in ${inCache('logs')}:\n` +
    '  npx tunebook train --data emoji --epochs 3 --out build/emoji\n  npx tunebook predict --model build/emoji PICTURE\n  npx tunebook notebooks 00-quick-start --quick\n'
  );
}

function systemPython() {
  try {
    const { version, path } = findPython();
    return ok('Python', `${version} (${path})`);
  } catch (error) {
    return missing('Python', messageOf(error), 'apt-get install python3 python3-venv');
  }
}

async function compiler() {
  const [first] = systemCompilers();
  if (first) return ok('C++ compiler', first.name);
  if (existsSync(bindingFile())) return ok('C++ compiler', 'none, and none is needed: the binding is compiled');
  if (await prebuiltBinding())
    return ok('C++ compiler', 'none, and none is needed: the binding is part of the package');
  return ok('C++ compiler', 'none: the set-up downloads one (ziglang)');
}

/** e.g. 'NVIDIA H200 (compute capability 9.0), driver 580.159.04' */
function gpuLine() {
  const { driver, gpus } = surveyGpus();
  const usable = decision()?.usable;
  const used = gpus.filter((_, i) => usable === undefined || usable.includes(String(i)));
  const named = used.map(({ name, capability }) => `${name} (compute capability ${capability.toFixed(1)})`).join(', ');
  return `${named || 'NVIDIA GPU'}${driver ? `, driver ${driver}` : ''}`;
}

/** TensorFlow and the device it works on. Both are known only after a first calculation. */
async function tensorflowAndDevice() {
  if (!isDone(tensorflow)) {
    const there = existsSync(bindingFile()) ? 'out of date' : 'missing';
    return [missing('TensorFlow', there), missing('device', 'unknown without TensorFlow')];
  }
  try {
    startLog('doctor');
    const unused = unusedGpus(decision());
    const answer = await tryTensorFlow('doctor');
    const model = cpus()[0]?.model.trim();
    // on arm64 Linux does not tell the name, and Node says 'unknown'
    const named = model && model !== 'unknown' ? model : `${process.arch} processor`;
    const processor = `${named}, ${availableParallelism()} threads`;
    return [
      ok('TensorFlow', `${answer.tensorflow} under tfjs ${answer.tfjs}`),
      ok('device', `${answer.gpu ? gpuLine() : `CPU: ${processor}`}${unused ? `; ${unused}` : ''}`),
    ];
  } catch (error) {
    const remedy = `rm -rf "${inCache('tensorflow')}" && ${SETUP}`;
    return [missing('TensorFlow', messageOf(error), remedy), missing('device', 'unknown without TensorFlow', remedy)];
  }
}

/** What the setting `engine` can be here. All but TensorFlow are optional, so nothing is wrong without them. */
function engines() {
  const optional = [
    { step: onnxruntime, title: 'ONNX Runtime' },
    ...(whyNoOpenVino(`${process.platform}-${process.arch}`) ? [] : [{ step: openvino, title: 'OpenVINO' }]),
  ];
  const there = optional.filter(({ step }) => isDone(step));
  const others = optional.filter(({ step }) => !isDone(step));
  const found = ['TensorFlow', ...there.map(({ title }) => title)].join(', ');
  if (others.length === 0) return ok('engines', found);
  const command = `${setupCommand}${isClone ? ' --' : ''} --only ${others.map(({ step }) => step.name).join(',')}`;
  return ok('engines', `${found}; ${others.map(({ title }) => title).join(' and ')} can be added: ${command}`);
}

function jupyterLab() {
  if (!isDone(python)) return missing('JupyterLab', existsSync(venvPython()) ? 'out of date' : 'missing');
  const script = 'import jupyterlab, nbclient, nbconvert; print(jupyterlab.__version__)';
  const answer = spawnSync(venvPython(), ['-c', script], { encoding: 'utf8', env: pythonEnvironment() });
  if (answer.status === 0) return ok('JupyterLab', answer.stdout.trim());
  return missing('JupyterLab', 'does not load', `rm -rf "${pythonFolder()}" && ${SETUP}`);
}

function tslab() {
  const file = inPackage('tslab', 'package.json');
  if (!isDone(nodePackages) || !existsSync(file))
    return missing('tslab', 'the link is missing, or some Node packages are');
  return ok('tslab', JSON.parse(readFileSync(file, 'utf8')).version);
}

/**
 * Check everything that tunebook needs.
 *
 * @returns {Promise<Finding[]>}
 */
export async function examine() {
  const node = ok('Node', `${process.versions.node} (${process.execPath})`);
  const place = system();
  if (!place.ok) return [node, place];
  return [
    node,
    place,
    systemPython(),
    await compiler(),
    ...(await tensorflowAndDevice()),
    engines(),
    jupyterLab(),
    ofStep('widgets', widgets, () =>
      readPins('widgets')
        .map(({ name, version }) => `${name} ${version}`)
        .join(', '),
    ),
    tslab(),
    ...(isClone ? [] : [ofStep('sharp', sharpStep, () => Object.values(sharpPackages()).join(', libvips '))]),
    ofStep('kernelspec', kernelspecStep, () => kernelspecStep.artefacts()[0] ?? ''),
    ofStep('weights', weights, () => 'EfficientNet-Lite0'),
    ofStep('samples', samples, () => `${filesIn(inCache('samples'), /\.png$/).length} pictures`),
    ofStep('build', build, () => 'dist/'),
  ];
}

/**
 * @param {readonly string[]} argv [--json]
 * @returns {Promise<number>} exit code: 1 if anything is missing
 */
export async function doctorCommand(argv) {
  const usage = 'tunebook doctor [--json]';
  const given = readOptions(argv, usage, { json: { type: 'boolean' } });
  if (given.help) {
    process.stdout.write(`Usage: ${usage}\nA table of what tunebook needs, and which of it is installed.\n`);
    return 0;
  }
  const findings = await examine();
  const whole = findings.every((finding) => finding.ok);
  if (given.json) {
    process.stdout.write(`${JSON.stringify({ ok: whole, checks: findings })}\n`);
    return whole ? 0 : 1;
  }
  for (const finding of findings) {
    const state = finding.ok ? 'ok     ' : 'missing';
    const remedy = finding.remedy ? `  ->  ${finding.remedy}` : '';
    process.stdout.write(`${finding.name.padEnd(13)} ${state}  ${finding.found}${remedy}\n`);
  }
  process.stdout.write(whole ? 'Nothing is missing.\n' : 'Something is missing: run the commands on the right.\n');
  if (findings.every(({ name, ok }) => ok || name !== 'system')) process.stdout.write(whatToSend());
  return whole ? 0 : 1;
}
