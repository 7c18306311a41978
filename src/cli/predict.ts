import { existsSync, statSync } from 'node:fs';
import { Command, Option } from 'commander';
import { UserError } from '../core/errors';
import { printableLine } from '../core/escape/printable';
import { type Skipped, unlabelledFolder } from '../data';
import type { DataOptions } from '../data/public';
import { type BackboneName, backboneEntry, backboneNames } from '../models';
import { type Predictor, predict } from '../runs';
import { addReadingOptions } from './dataOptions';
import { print, printAside, printJson } from './print';

interface Options extends Pick<DataOptions, 'range' | 'bands' | 'fit'> {
  model?: string;
  backbone?: BackboneName;
  json?: true;
}

/** `tunebook predict`: the most likely classes of pictures. */
export function predictCommand(): Command {
  const command = new Command('predict')
    .description('say what is most likely in pictures')
    .argument('<file...>', 'pictures, and folders of them')
    .addOption(new Option('--model <run>', 'folder of a run, as `train --out` keeps it').conflicts('backbone'))
    .addOption(
      new Option('--backbone <name>', 'a bare backbone with its 1,000 ImageNet classes')
        .choices(backboneNames())
        .argParser((name) => backboneEntry(name).name),
    )
    .option('--json', 'one JSON object as the last line')
    .action(async (files: string[], { model, backbone, json, range, bands, fit }: Options) => {
      const { pictures, passedOver } = picturesIn(files);
      const { predictions, skipped } = await predict(predictor(model, backbone), pictures, { range, bands, fit });
      const result = {
        predictions: predictions.map(({ file, classes }) => ({ file, classes })),
        skipped: [...passedOver, ...skipped],
      };
      if (result.predictions.length === 0) {
        const [first] = result.skipped;
        throw new UserError(`no picture could be read: ${first!.file}: ${first!.reason}`);
      }
      if (json) {
        printJson(result);
      } else {
        for (const { file, classes } of result.predictions) {
          print(`${printableLine(file)}\n`);
          for (const { name, probability } of classes) {
            print(`  ${(100 * probability).toFixed(1).padStart(5)} %  ${printableLine(name)}\n`);
          }
        }
        for (const { file, reason } of result.skipped)
          print(`${printableLine(file)}\n  skipped: ${printableLine(reason)}\n`);
      }
    });
  return addReadingOptions(command);
}

/** The pictures that were named, and those in folders that were. */
function picturesIn(paths: readonly string[]): { pictures: string[]; passedOver: Skipped[] } {
  const passedOver: Skipped[] = [];
  const pictures = paths.flatMap((path) => {
    if (!existsSync(path) || !statSync(path).isDirectory()) return [path];
    const { unlabelled, skipped, warnings = [], notes = [] } = unlabelledFolder(path);
    for (const text of [...warnings, ...notes]) printAside(`${path}: ${text}`);
    passedOver.push(...skipped);
    return unlabelled.map(({ file }) => file);
  });
  return { pictures, passedOver };
}

function predictor(model: string | undefined, backbone: BackboneName | undefined): Predictor {
  if (model !== undefined) return { run: model };
  if (backbone !== undefined) return { backbone };
  throw new UserError(`say what should predict: --model RUN, or --backbone ${backboneNames().join('|')}`);
}
