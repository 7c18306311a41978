import { Command } from 'commander';
import { kernelSetup } from '../core/kernelSetup';
import { numberOption } from './options';

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
    .action(async () => {
      const { setup } = await kernelSetup<{ setup(argv: string[]): Promise<number> }>('setup.mjs');
      process.exitCode = await setup([]);
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
    .action(async (options: { port?: number; ip?: string; browser: boolean }) => {
      const { startLab } = await kernelSetup<{ startLab(options: object): Promise<number> }>('lab.mjs');
      process.exitCode = await startLab(options);
    });
}
