import { Command } from 'commander';
import { UserError } from '../core/errors';
import { type QueueWorkerOptions, queueWorker } from '../study/queue';
import { numberOption } from './options';
import { printAside } from './print';
import { interruptible } from './stop';

interface Options extends Omit<QueueWorkerOptions, 'onMessage' | 'shouldStop'> {
  queue?: string | true;
}

/** The address of the queue: an option, or the environment, where a password is out of sight of `ps`. */
export function queueAddress(queue: string | true | undefined): string {
  const address = typeof queue === 'string' ? queue : process.env.TUNEBOOK_QUEUE;
  if (!address)
    throw new UserError('say where the queue is: --queue redis://host:6379, or the variable TUNEBOOK_QUEUE');
  return address;
}

/** `tunebook worker`: make the runs of studies that wait in a queue. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('make the runs of studies that wait in a queue, on as many machines as you like')
    .option(
      '--queue [url]',
      'redis://[user:password@]host[:port], rediss:// for TLS; default: the variable TUNEBOOK_QUEUE',
    )
    .option('--workers <n>', 'runs at a time', numberOption({ min: 1, max: 256, integer: true }))
    .option('--cores <n>', 'cores that they share; default: all', numberOption({ min: 1, integer: true }))
    .option(
      '--data <dir>',
      'a folder below which it may read pictures, or that holds them; can be given several times; default: the current one',
      (folder: string, before: string[] = []) => [...before, folder],
    )
    .option('--lease <seconds>', 'without a heartbeat, after which others take a run over', numberOption({ min: 1 }))
    .option('--until-empty', 'end when nothing is left to do; where no study has come yet, wait a minute for one')
    .action(async ({ queue, ...options }: Options) => {
      const address = queueAddress(queue);
      const onMessage = printAside;
      await interruptible((shouldStop) => queueWorker(address, { ...options, onMessage, shouldStop }));
    });
}
