import { Command } from 'commander';
import { UserError } from '../core/errors';
import { type QueueWorkerOptions, queueWorker } from '../study/queue';
import { numberOption } from './options';
import { printAside } from './print';
import { interruptible } from './stop';

interface Options extends Omit<QueueWorkerOptions, 'onMessage' | 'shouldStop'> {
  queue?: string | true;
}

/** The address of the queue: the option, or an environment variable, as `ps` would show a password in an option. */
export function queueAddress(queue: string | true | undefined): string {
  const address = typeof queue === 'string' ? queue : process.env.TUNEBOOK_QUEUE;
  if (!address)
    throw new UserError('give the address of the queue: --queue redis://host:6379, or the variable TUNEBOOK_QUEUE');
  return address;
}

/** `tunebook worker`: execute the runs that wait in a queue. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('execute the runs of studies that wait in a queue, on any number of machines')
    .option(
      '--queue [url]',
      'redis://[user:password@]host[:port], rediss:// for TLS; default: the variable TUNEBOOK_QUEUE',
    )
    .option(
      '--workers <n>',
      'number of runs that are executed at a time',
      numberOption({ min: 1, max: 256, integer: true }),
    )
    .option('--cores <n>', 'number of cores that they share; default: all', numberOption({ min: 1, integer: true }))
    .option(
      '--data <dir>',
      'a folder below which the worker may read pictures; can be given several times; default: the current folder',
      (folder: string, before: string[] = []) => [...before, folder],
    )
    .option(
      '--lease <seconds>',
      'seconds without a heartbeat after which other workers take a run over; default: 30',
      numberOption({ min: 1 }),
    )
    .option('--until-empty', 'end when the queue is empty; if there has been no study yet, wait a minute for one')
    .action(async ({ queue, ...options }: Options) => {
      const address = queueAddress(queue);
      const onMessage = printAside;
      await interruptible((shouldStop) => queueWorker(address, { ...options, onMessage, shouldStop }));
    });
}
