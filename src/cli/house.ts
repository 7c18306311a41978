import { Command } from 'commander';
import { kernelSetup } from '../core/kernelSetup';
import { numberOption } from './options';

/** `tunebook doctor`: what was found of all that tunebook needs. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('say what of all that tunebook needs was found, and how to mend the rest')
    .option('--json', 'one JSON object as the last line')
    .action(async ({ json }: { json?: true }) => {
      const { doctor } = await kernelSetup<{ doctor(argv: string[]): Promise<number> }>('doctor.mjs');
      process.exitCode = await doctor(json ? ['--json'] : []);
    });
}

/** `tunebook setup`: bring what is missing. */
export function setupSubcommand(): Command {
  return new Command('setup')
    .description('bring all that tunebook needs and that is missing: TensorFlow, Python, weights, samples')
    .action(async () => {
      const { setup } = await kernelSetup<{ setup(argv: string[]): Promise<number> }>('setup.mjs');
      process.exitCode = await setup([]);
    });
}

/** `tunebook lab`: JupyterLab on this machine only. */
export function labCommand(): Command {
  return new Command('lab')
    .description('open JupyterLab on the notebooks, for this machine only')
    .option('--port <n>', 'take this port, or fail', numberOption({ min: 1, max: 65535, integer: true }))
    .option('--ip <address>', 'listen there, not on 127.0.0.1: 0.0.0.0 in a container, which says who reaches it')
    .option('--no-browser', 'print the address and open no browser')
    .action(async (options: { port?: number; ip?: string; browser: boolean }) => {
      const { startLab } = await kernelSetup<{ startLab(options: object): Promise<number> }>('lab.mjs');
      process.exitCode = await startLab(options);
    });
}
