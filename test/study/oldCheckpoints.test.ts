import assert from 'node:assert/strict';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { removeOldCheckpoints } from '../../src/study/queue/checkpoints';
import { withEmptyCache } from '../folders';

const YEAR = 365 * 24 * 3600;

describe('checkpoints of a queue', () => {
  it('are removed when they are old, and nothing else that is in the folder', () =>
    withEmptyCache((cache) => {
      const place = (file: string) => join(cache, 'queue', file);
      const write = (file: string, age: number) => {
        mkdirSync(dirname(place(file)), { recursive: true });
        writeFileSync(place(file), 'x');
        const then = Date.now() / 1000 - age;
        utimesSync(join(cache, 'queue', file.split('/')[0]!), then, then);
      };
      const old = ['job-1/last.safetensors', 'job-2/stage-1/best.safetensors'];
      const kept = [
        'job-3/stage-2/last.safetensors',
        'photos/cat/1.jpg',
        'weights/best.safetensors/notes.txt',
        'plan.txt',
      ];
      for (const file of old) write(file, YEAR);
      for (const file of kept) write(file, file.startsWith('job') ? 0 : YEAR);
      removeOldCheckpoints();
      assert.deepEqual(
        [...old, ...kept].filter((file) => existsSync(place(file))),
        kept,
      );
    }));
});
