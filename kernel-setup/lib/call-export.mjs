// call-export.mjs MODULE EXPORT [ARGUMENT...]: calls a function of the compiled package in a separate process. The function's last argument
// is a progress listener, which prints `Progress X of Y`, in the form of pip's raw progress bar.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import './node-shims.cjs';

const [file = '', name = '', ...parameters] = process.argv.slice(2);
try {
  const loaded = await import(pathToFileURL(resolve(file)).href);
  const work = loaded[name] ?? loaded.default?.[name];
  await work(...parameters, (/** @type {number} */ done, /** @type {number} */ total) => {
    process.stdout.write(`Progress ${done} of ${total}\n`);
  });
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n`);
  if (error instanceof Error) process.stderr.write(`${error.stack}\n`.replace(/^.*[Ee]rror.*\n/, ''));
  process.exitCode = 1;
}
