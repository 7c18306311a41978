'use strict';
// `node -r preload.cjs node_modules/tslab/bin/tslab kernel ...`: tslab 1.0.22 starts the kernel, and cells import its
// `display`; everything else is replaced from outside, without a change to tslab's files. What each part cures is said in its file. This process
// speaks with the frontends; the cells run in another one (process/).

const path = require('node:path');
const { isMainThread } = require('node:worker_threads');

require('../lib/node-shims.cjs');

// Processes and threads that a cell starts inherit the preload; they are no kernels.
const isKernel = isMainThread && path.basename(process.argv[1] ?? '') === 'tslab' && process.argv[2] === 'kernel';

if (isKernel) {
  const { CellProcess } = require('./cellProcess.cjs');
  const { Executor } = require('./executor.cjs');
  const { Kernel } = require('./kernel.cjs');
  const { endWithParent } = require('./parent.cjs');
  const { KernelServer } = require('./server.cjs');

  // First of all, so that the process of the cells and the compiler start side by side.
  const cells = new CellProcess();
  cells.start();
  const { loadTslab } = require('./tslab.cjs');
  const tslab = loadTslab();
  let kernel;

  tslab.executor.createExecutor = () => new Executor(cells);
  tslab.jupyter.JupyterHandlerImpl = class {
    constructor(executor) {
      kernel = new Kernel(tslab.versions, executor, cells);
    }
  };
  tslab.jupyter.ZmqServer = class {
    constructor(_handler, connectionFile) {
      this.server = new KernelServer(tslab.zeromq, connectionFile, (message, reply) => kernel.handle(message, reply));
      kernel.attach(this.server);
    }

    async init() {
      // tslab has just registered its own.
      for (const event of ['SIGINT', 'uncaughtException', 'unhandledRejection']) process.removeAllListeners(event);
      process.on('SIGINT', () => {}); // the stop button is a message; a signal to all of us is for the cells
      // No fault of the kernel's own (a file watcher's, say) is worth the variables of the cells.
      for (const event of ['uncaughtException', 'unhandledRejection']) {
        process.on(event, (error) => console.error('A fault of the kernel:', error));
      }
      endWithParent();
      await this.server.start();
    }
  };
}
