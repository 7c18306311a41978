import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';

interface Outcome {
  error?: { name: string; message: string };
  values?: string[];
  result?: object;
}

interface CellProcess {
  start(): void;
  run(job: object): Promise<Outcome>;
  interrupt(): void;
  close(patience: number): Promise<void>;
  on(event: string, listener: (...rest: unknown[]) => void): void;
}

const kernel = join(projectFolder, 'kernel-setup', 'kernel', 'cellProcess.cjs');

describe("the kernel's side of the process of the cells", function () {
  this.timeout(30_000);

  it('reports a cell as interrupted if it ends before the signal reaches it', async () => {
    const cells: CellProcess = new (createRequire(__filename)(kernel).CellProcess)();
    const kill = process.kill;
    try {
      cells.start();
      const job = { count: 1, imports: [], declares: ['kept'], stale: [] };
      const first = await cells.run({ ...job, id: 1, code: 'exports.kept = 1; return 2;' });
      assert.equal(first.error, undefined);
      process.kill = () => true; // the signal is late
      const second = cells.run({ ...job, id: 2, code: 'exports.kept = 1; return 2;' });
      cells.interrupt();
      const { error, values, result } = await second;
      assert.equal(error?.name, 'KeyboardInterrupt');
      assert.deepEqual(values, ['kept']); // what it computed is there
      assert.equal(result, undefined);
    } finally {
      process.kill = kill;
      await cells.close(1000);
    }
  });
});
