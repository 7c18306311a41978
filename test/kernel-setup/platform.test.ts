import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, removeFolders, setupFile, temporaryFolder } from './helpers';

interface Machine {
  platform: string;
  arch: string;
  glibc?: string;
  kernel?: string;
  archives?: boolean;
}
interface Platform {
  pins: { cpu: string; gpu?: string };
  wheels: string[];
  libraries: string[];
  files: string[];
}
interface Facts {
  platforms: Record<string, Platform>;
  whyUnsupported(machine: Machine): string | undefined;
}

const facts = () => load<Facts>('lib', 'platform.mjs');

/** Names of files in the wheels of TensorFlow 2.21, as published. */
const wheels: Record<string, { tag: string; files: string[] }> = {
  'linux-x64': {
    tag: 'manylinux_2_27_x86_64',
    files: ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'],
  },
  'linux-arm64': {
    tag: 'manylinux_2_27_aarch64',
    files: ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'],
  },
  'darwin-arm64': {
    tag: 'macosx_12_0_arm64',
    files: ['tensorflow/libtensorflow_cc.2.dylib', 'tensorflow/libtensorflow_framework.2.dylib'],
  },
};

/** Ask a module of the set-up, in a process that believes to be on another platform. */
function elsewhere(platform: string, arch: string, script: string, env: NodeJS.ProcessEnv = {}) {
  const fake = join(temporaryFolder(), 'elsewhere.cjs');
  const values = Object.entries({ platform, arch }).map(([name, value]) => `${name}: { value: '${value}' }`);
  const kernel = platform === 'darwin' ? '23.5.0' : '6.1.0';
  writeFileSync(
    fake,
    `Object.defineProperties(process, { ${values.join(', ')} });
    require('node:os').release = () => '${kernel}';
    require('node:module').syncBuiltinESMExports();\n`,
  );
  const parameters = ['-r', fake, '--input-type=module', '-e', script];
  const { TUNEBOOK_TENSORFLOW: _, ...own } = process.env;
  return spawnSync(process.execPath, parameters, { encoding: 'utf8', env: { ...own, ...env } });
}

const variantScript = `
  import { bindingFile, librariesLink } from ${JSON.stringify(setupFile('lib', 'binding.mjs'))};
  import { tensorflow } from ${JSON.stringify(setupFile('steps', 'tensorflow.mjs'))};
  import { tensorflowHome, tensorflowPins, tensorflowVariant } from ${JSON.stringify(setupFile('lib', 'tensorflow-variant.mjs'))};
  const variant = tensorflowVariant();
  const [pin] = tensorflowPins(variant);
  console.log(JSON.stringify({
    variant, pin: pin.name + ' ' + pin.version, hashes: pin.hashes.length,
    home: tensorflowHome(variant).split('/').at(-1), library: tensorflow.artefacts()[1].split('/').at(-1),
  }));`;

describe('the platforms', () => {
  after(removeFolders);

  it('are Linux on x86_64 and arm64, and macOS from 12 on Apple silicon', async () => {
    const { whyUnsupported } = await facts();
    const served: Machine[] = [
      { platform: 'linux', arch: 'x64', glibc: '2.36', kernel: '6.1.0' },
      { platform: 'linux', arch: 'arm64', glibc: '2.28', kernel: '5.10.0' },
      { platform: 'darwin', arch: 'arm64', kernel: '21.6.0' },
      { platform: 'darwin', arch: 'arm64', kernel: '25.1.0' },
    ];
    for (const machine of served) assert.equal(whyUnsupported(machine), undefined, JSON.stringify(machine));
  });

  it('that are not supported are refused in one line, which says what to do', async () => {
    const { whyUnsupported } = await facts();
    const refused: [Machine, RegExp][] = [
      [{ platform: 'win32', arch: 'x64' }, /inside WSL 2: run `wsl --install -d Debian`/],
      [{ platform: 'win32', arch: 'arm64' }, /inside WSL 2/],
      [{ platform: 'darwin', arch: 'x64', kernel: '23.0.0' }, /Apple silicon.*no longer published for Macs with Intel/],
      [{ platform: 'darwin', arch: 'arm64', kernel: '20.6.0' }, /macOS 12 or newer; this is Darwin 20\.6\.0/],
      [{ platform: 'linux', arch: 'x64', kernel: '6.1.0' }, /GNU C library/],
      [
        { platform: 'linux', arch: 'ppc64', glibc: '2.36' },
        /runs on Linux x86_64, Linux arm64, .*; this is linux ppc64/,
      ],
      [{ platform: 'freebsd', arch: 'x64' }, /this is freebsd x64/],
      [
        { platform: 'linux', arch: 'x64', glibc: '2.36', archives: true },
        /write `nodeLinker: node-modules` into \.yarnrc/,
      ],
    ];
    for (const [machine, message] of refused) {
      const why = whyUnsupported(machine) ?? '';
      assert.match(why, message);
      assert.doesNotMatch(why, /\n/);
    }
  });

  it('get the wheel that is published for them, and unpack its libraries', async () => {
    const { platforms } = await facts();
    assert.deepEqual(Object.keys(platforms), Object.keys(wheels));
    for (const [name, { tag, files }] of Object.entries(wheels)) {
      const platform = platforms[name]!;
      assert.ok(platform.wheels.includes(tag), `${name}: ${tag}`);
      for (const file of files)
        assert.ok(
          platform.files.some((pattern) => new RegExp(pattern).test(file)),
          file,
        );
      for (const library of platform.libraries) assert.ok(files.includes(`tensorflow/${library}`), library);
      // no wheel of another platform
      const others = Object.entries(wheels).filter(([other]) => other !== name);
      for (const [, other] of others) assert.ok(!platform.wheels.includes(other.tag), other.tag);
    }
  });

  for (const [platform, arch, suffix, library] of [
    ['linux', 'arm64', '-linux-arm64', 'libtensorflow_cc.so.2'],
    ['darwin', 'arm64', '-darwin-arm64', 'libtensorflow_cc.2.dylib'],
  ] as const) {
    it(`${platform} ${arch} gets TensorFlow for the CPU, in a folder of its own`, () => {
      const { stdout, stderr } = elsewhere(platform, arch, variantScript);
      assert.ok(stdout, stderr);
      const { variant, pin, hashes, home, ...found } = JSON.parse(stdout);
      assert.deepEqual({ variant, hashes, ...found }, { variant: 'cpu', hashes: 1, library });
      assert.match(pin, /^tensorflow \d/);
      assert.equal(home, `cpu-${pin.split(' ')[1]}${suffix}`);
    });

    it(`${platform} ${arch} has no TensorFlow with CUDA, and says so`, () => {
      const { stderr } = elsewhere(platform, arch, variantScript, { TUNEBOOK_TENSORFLOW: 'gpu' });
      assert.match(
        stderr,
        /TUNEBOOK_TENSORFLOW is 'gpu', but TensorFlow has no build with CUDA for (Linux arm64|macOS)/,
      );
    });
  }

  it('use the same version of TensorFlow', async () => {
    const { platforms } = await facts();
    const { readPins } = await load<{ readPins(name: string): { version: string }[] }>('lib', 'pip.mjs');
    const files = Object.values(platforms).flatMap(({ pins }) => Object.values(pins));
    assert.equal(new Set(files.map((file) => readPins(file)[0]!.version)).size, 1);
  });

  it('are those that a binding is built for, whose hash is known', async () => {
    const { platforms } = await facts();
    const { bindingHashes } = await load<{ bindingHashes(): Record<string, string> }>('lib', 'prebuilt.mjs');
    for (const name of Object.keys(bindingHashes())) assert.ok(name in platforms, name);
    for (const hash of Object.values(bindingHashes())) assert.match(hash, /^[0-9a-f]{64}$/);
  });

  it('are what the doctor names first: what is experimental, with what to send, and what is not supported', () => {
    const doctor = (platform: string, arch: string) =>
      elsewhere(
        platform,
        arch,
        `import { doctorCommand } from ${JSON.stringify(setupFile('lib', 'doctor.mjs'))}; process.exitCode = await doctorCommand([]);`,
        { TUNEBOOK_CACHE: temporaryFolder() },
      );
    const windows = doctor('win32', 'x64');
    assert.equal(windows.status, 1);
    assert.match(windows.stdout, /^system +missing {2}tunebook runs on Windows inside WSL 2.*README$/m);
    assert.doesNotMatch(windows.stdout, /TensorFlow +missing/);
    const mac = doctor('darwin', 'arm64');
    assert.match(mac.stdout, /^system +ok {7}macOS on Apple silicon, kernel 23\.5\.0.*; experimental$/m);
    assert.match(
      mac.stdout,
      /Please open an issue with this table, .*and the files in .*logs:\n {2}npx tunebook train/,
    );
    assert.doesNotMatch(doctor('linux', 'arm64').stdout, /experimental/);
  });
});
