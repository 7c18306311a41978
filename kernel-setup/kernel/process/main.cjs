'use strict';
// The process in which cells run. The kernel starts it, but compiles the cells and talks to the frontends in its own process, so that
// whatever a cell does (`process.exit()`, an endless loop, a crash in native code) the kernel can still answer and say what happened.

const { listen, send } = require('./channel.cjs');
const { Comms } = require('./comms.cjs');
const { currentCell } = require('./currentCell.cjs');
const { announceExit, survive } = require('./ending.cjs');
const { Interrupts } = require('./interrupts.cjs');
const { exit } = require('./kept.cjs');
const { Runner } = require('./run.cjs');
const { captureStreams } = require('./streams.cjs');
const { loadTslab } = require('./tslab.cjs');

const interrupts = new Interrupts((text) => send({ type: 'print', id: currentCell(), name: 'stdout', text }));
const runner = new Runner(interrupts, loadTslab());

interrupts.install();
survive();
announceExit();
captureStreams();
const comms = new Comms(interrupts);
listen(
  (message, buffers) => {
    if (message.do === 'run') void runner.run(message);
    else if (message.do === 'comm') comms.take(message, buffers);
    else if (message.do === 'end') exit(0);
  },
  () => exit(1), // the kernel has ended
);
