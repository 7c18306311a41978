import { Command, Option } from 'commander';
import { kernelSetup } from '../core/kernelSetup';
import { numberOption } from './options';
import { print } from './print';

/** `tunebook doctor`: check what tunebook needs. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check everything that tunebook needs, and say how to fix what is missing')
    .option('--json', 'print one JSON object as the last line')
    .action(async ({ json }: { json?: true }) => {
      const { doctor } = await kernelSetup<{ doctor(argv: string[]): Promise<number> }>('doctor.mjs');
      process.exitCode = await doctor(json ? ['--json'] : []);
    });
}

/** `tunebook setup`: install what is missing. */
export function setupSubcommand(): Command {
  return new Command('setup')
    .description('install what is missing: TensorFlow, Python, weights, sample pictures')
    .option('--only <steps>', 'only these steps of the set-up, with commas between them, such as python,tensorflow')
    .action(async ({ only }: { only?: string }) => {
      const { setup } = await kernelSetup<{ setup(argv: string[]): Promise<number> }>('setup.mjs');
      process.exitCode = await setup(only === undefined ? [] : [`--only=${only}`]);
    });
}

/** `tunebook lab`: start JupyterLab, which only this machine can reach. */
export function labCommand(): Command {
  return new Command('lab')
    .description('open JupyterLab with the notebooks; only this machine can reach it')
    .option(
      '--port <n>',
      'port to use; it is an error if it is taken',
      numberOption({ min: 1, max: 65535, integer: true }),
    )
    .option('--ip <address>', 'address to listen on instead of 127.0.0.1, such as 0.0.0.0 in a container')
    .option('--no-browser', 'print the address, but do not open a browser')
    .option('--folder <dir>', 'folder to show; default: the current one, in a clone of tunebook the clone')
    .action(async (options: { port?: number; ip?: string; browser: boolean; folder?: string }) => {
      const { startLab } = await kernelSetup<{ startLab(options: object): Promise<number> }>('lab.mjs');
      process.exitCode = await startLab(options);
    });
}

interface KernelOptions {
  name?: string;
  prefix?: string;
}

/** `tunebook kernel`: show the kernel to VS Code and to a JupyterLab that was there before. */
export function kernelCommand(): Command {
  const subcommand = (name: 'install' | 'uninstall', description: string, done: (folder: string) => string) =>
    new Command(name)
      .description(description)
      .option('--user', 'for this user, which is the default')
      .addOption(new Option('--prefix <dir>', 'for one Python environment').conflicts('user'))
      .option('--name <name>', 'name of the kernel; default: tslab, which the notebooks of the course ask for')
      .action(async ({ name: given, prefix }: KernelOptions) => {
        const kernels = await kernelSetup<Record<string, (options: KernelOptions) => string>>('lib/user-kernel.mjs');
        print(`${done(kernels[`${name}Kernel`]!({ name: given, prefix }))}\n`);
      });
  return new Command('kernel')
    .description('show the TypeScript kernel to VS Code and to your own JupyterLab, or remove it from there')
    .addCommand(
      subcommand(
        'install',
        'make the kernel known to Jupyter',
        (folder) =>
          `wrote ${folder}\nchoose the kernel 'TypeScript (tunebook)' in a notebook; install it again after moving this folder or changing Node\n` +
          'widgets need anywidget in the Python environment of your JupyterLab (pip install anywidget); VS Code fetches it',
      ),
    )
    .addCommand(subcommand('uninstall', 'remove what `install` wrote', (folder) => `removed ${folder}`));
}
