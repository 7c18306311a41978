'use strict';
// `node -r preload.cjs node_modules/tslab/bin/tslab kernel ...`: tslab 1.0.22 compiles the cells, everything else about the
// kernel is replaced from outside, without a change to tslab's files. What each part cures is said in its file.

const path = require('node:path');
const { isMainThread } = require('node:worker_threads');

require('../lib/node-shims.cjs');

// Processes and threads that a cell starts inherit the preload; they are no kernels.
const isKernel = isMainThread && path.basename(process.argv[1] ?? '') === 'tslab' && process.argv[2] === 'kernel';

if (isKernel) {
  const { currentCell } = require('./currentCell.cjs');
  const { Executor } = require('./executor.cjs');
  const { Interrupts } = require('./interrupts.cjs');
  const { Kernel } = require('./kernel.cjs');
  const { endWithParent } = require('./parent.cjs');
  const { KernelServer } = require('./server.cjs');
  const { captureStreams } = require('./streams.cjs');
  const { loadTslab } = require('./tslab.cjs');

  const tslab = loadTslab();
  const interrupts = new Interrupts((text) => currentCell()?.print('stdout', text));
  let kernel;

  // tslab's `display` sends through this; it shows in the cell that calls it.
  const display = (data, update) => currentCell()?.publish(update ? 'update_display_data' : 'display_data', data);
  Object.defineProperty(tslab.jupyter, 'lastWriteDisplayData', { get: () => (currentCell() ? display : null) });

  tslab.executor.createExecutor = (_folder, converters) => new Executor(tslab, converters, interrupts);
  tslab.jupyter.JupyterHandlerImpl = class {
    constructor(executor) {
      kernel = new Kernel(tslab, executor, interrupts);
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
      process.on('uncaughtException', (error) => kernel.reportBackground('Uncaught in the background:', error));
      process.on('unhandledRejection', (error) => kernel.reportBackground('Unhandled rejection of a promise:', error));
      interrupts.install();
      captureStreams();
      endWithParent();
      await this.server.start();
    }
  };
}
