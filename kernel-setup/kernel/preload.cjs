'use strict';
// `node -r preload.cjs node_modules/tslab/bin/tslab kernel ...`: tslab 1.0.22 starts the kernel, and cells import its `display`; everything
// else is replaced without a change to tslab's files. Each file says which fault of tslab it fixes. This process talks to the frontends;
// the cells run in another one (process/).

const path = require('node:path');
const { isMainThread } = require('node:worker_threads');

require('../lib/node-shims.cjs');

// Processes and threads that a cell starts load this file, too, but are not kernels.
const isKernel = isMainThread && path.basename(process.argv[1] ?? '') === 'tslab' && process.argv[2] === 'kernel';

if (isKernel) {
  const { CellProcess } = require('./cellProcess.cjs');
  const { Executor } = require('./executor.cjs');
  const { Kernel } = require('./kernel.cjs');
  const { endWithParent } = require('./parent.cjs');
  const { KernelServer } = require('./server.cjs');

  // First, so that the process of the cells and the compiler start at the same time.
  const cells = new CellProcess();
  cells.start();
  const { loadTslab } = require('./tslab.cjs');
  const tslab = loadTslab();
  let kernel;

  /**
   * Forget all cells and their values, as a restart does, but for the types of packages, whose reading takes most of a start. Not in Jupyter's
   * protocol: a program that runs notebooks one after the other asks for it.
   */
  const renew = async (reply) => {
    if (kernel.isBusy) {
      reply('renew_reply', { status: 'error', ename: 'Busy', evalue: 'a cell is running', traceback: [] });
      return;
    }
    const [before, server] = [kernel, kernel.server];
    const fresh = new CellProcess();
    fresh.start();
    kernel = new Kernel(tslab.versions, before.executor.renewed(fresh), fresh);
    kernel.attach(server);
    await before.end();
    reply('renew_reply', { status: 'ok' });
  };

  tslab.executor.createExecutor = () => new Executor(cells);
  tslab.jupyter.JupyterHandlerImpl = class {
    constructor(executor) {
      kernel = new Kernel(tslab.versions, executor, cells);
    }
  };
  tslab.jupyter.ZmqServer = class {
    constructor(_handler, connectionFile) {
      this.server = new KernelServer(tslab.zeromq, connectionFile, (message, reply) =>
        message.type === 'renew_request' ? renew(reply) : kernel.handle(message, reply),
      );
      kernel.attach(this.server);
    }

    async init() {
      // Replace the handler that tslab has just registered.
      for (const event of ['SIGINT', 'uncaughtException', 'unhandledRejection']) process.removeAllListeners(event);
      process.on('SIGINT', () => {}); // the stop button sends a message; a signal to the process group is meant for the cells
      // An error in the kernel itself (in a file watcher, for example) must not cost the user the variables of the cells.
      for (const event of ['uncaughtException', 'unhandledRejection']) {
        process.on(event, (error) => console.error('An error in the kernel:', error));
      }
      endWithParent();
      await this.server.start();
    }
  };
}
