import assert from 'node:assert/strict';
import { MemoryPeak } from '../../src/core/memoryPeak';

describe('MemoryPeak', () => {
  it('keeps the largest memory of the process, and does not ask the operating system at every step', async () => {
    const { rss } = process.memoryUsage;
    const sizes = [300, 500, 400];
    let asked = 0;
    process.memoryUsage.rss = () => sizes[asked++] ?? 0;
    try {
      const memory = new MemoryPeak();
      for (let i = 0; i < 1000; i++) memory.measure();
      assert.ok(asked >= 1 && asked < 500, `${asked} times`);
      while (asked < sizes.length) {
        await new Promise((resolve) => setTimeout(resolve, 25));
        memory.measure();
      }
      assert.equal(memory.bytes, 500);
    } finally {
      process.memoryUsage.rss = rss;
    }
  });
});
