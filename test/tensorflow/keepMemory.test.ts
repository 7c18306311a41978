import assert from 'node:assert/strict';
import { tf } from '../../src/tensorflow';

/** Of the memory that the system gives, in bytes, on most processors. */
const PAGE = 4096;

describe('the memory of tensors', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip(); // other systems count faults in another way
  });

  it('is kept for the next ones: the system would have to fill it with zeros each time', () => {
    const size = 2 ** 24;
    const rounds = 20;
    const x = tf.ones([size]);
    const add = () => tf.tidy(() => void x.add(1).dataId);
    for (let i = 0; i < 3; i++) add();
    const before = process.resourceUsage().minorPageFault;
    for (let i = 0; i < rounds; i++) add();
    const faults = process.resourceUsage().minorPageFault - before;
    x.dispose();
    const pages = (rounds * size * 4) / PAGE;
    assert.ok(faults < pages / 4, `${faults} faults for ${pages} pages`);
  });
});
