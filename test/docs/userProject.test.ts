import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { temporaryFolder } from '../folders';

const compilerOptions = {
  target: 'es2022',
  lib: ['es2023'],
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
};

const program = `
import { charts, imageFolder, metrics, saveRun, study, train } from 'tunebook';

export async function main(): Promise<number> {
  const result = await train(imageFolder('photos'), { epochs: 2 });
  await saveRun(result, 'runs/first');
  const { records } = await study({ data: 'photos', seeds: 2 });
  const chart = charts.confusionMatrixChart(result.confusion);
  return metrics.classReport(result.confusion).macro.f1 + records.length + Object.keys(chart).length;
}
`;
const mistaken = "import { imageFolder } from 'tunebook';\n\nexport const dataset = imageFolder(5);\n";

describe("a reader's strict project that checks declarations, too", function () {
  this.timeout(120_000);

  const problemsOf = (module: string, moduleResolution: string, extension: string) => {
    const folder = realpathSync(temporaryFolder());
    mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true });
    symlinkSync(projectFolder, join(folder, 'node_modules', 'tunebook'));
    symlinkSync(join(projectFolder, 'node_modules', '@types', 'node'), join(folder, 'node_modules', '@types', 'node'));
    writeFileSync(join(folder, `main.${extension}`), program);
    writeFileSync(join(folder, `mistaken.${extension}`), mistaken);
    const options = { ...compilerOptions, module, moduleResolution };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*'] }));
    const compiler = join(projectFolder, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], { encoding: 'utf8' });
    // TensorFlow.js, Vega and arquero publish declarations that fail on their own, most for want of the browser's types; whoever uses
    // them without skipLibCheck sees that with and without tunebook
    return stdout.split('\n').filter((line) => /error TS/.test(line) && !line.includes(`node_modules${sep}`));
  };

  for (const [module, resolution, extension] of [
    ['node16', 'node16', 'mts'],
    ['node16', 'node16', 'cts'],
    ['esnext', 'bundler', 'ts'],
  ] as const) {
    it(`finds only the reader's own mistake (moduleResolution ${resolution}, .${extension})`, () => {
      const problems = problemsOf(module, resolution, extension);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0]!, /mistaken\.\w+\(3,36\): error TS2345/);
    });
  }
});
