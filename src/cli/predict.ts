import { existsSync, statSync } from 'node:fs';
import { Command, Option } from 'commander';
import { UserError } from '../core/errors';
import { printableLine } from '../core/escape/printable';
import { describePages, type Fit, type Skipped, unlabelledFolder } from '../data';
import { type DataOptions, unpackedIfArchive } from '../data/public';
import { type BackboneSource, backboneNames } from '../models';
import { type Predictor, predict } from '../runs';
import type { EngineChoice } from '../tensorflow/graph';
import { addReadingOptions, fitOption } from './dataOptions';
import { print, printAside, printJson } from './print';
import { settingOption } from './trainingOptions';
import { backboneArgument, weightsFileOption, withWeightsFile } from './weightsFile';

interface Options extends Pick<DataOptions, 'range' | 'bands'> {
  fit?: Fit;
  model?: string;
  backbone?: BackboneSource;
  weightsFile?: string;
  engine?: EngineChoice;
  json?: true;
}

/** `tunebook predict`: print the most likely classes of pictures. */
export function predictCommand(): Command {
  const command = new Command('predict')
    .description('print the most likely classes of pictures')
    .argument('<file...>', 'pictures, or folders or archives of pictures')
    .addOption(
      new Option('--model <run>', 'run folder, written by `train --out`').conflicts(['backbone', 'weightsFile']),
    )
    .addOption(
      new Option(
        '--backbone <name>',
        'a backbone with its 1,000 ImageNet classes: a name, hf://OWNER/MODEL, or a file of weights',
      ).argParser((text) => backboneArgument('predict', text)),
    )
    .addOption(weightsFileOption())
    .addOption(settingOption('engine').helpGroup('Options:'))
    .option('--json', 'print one JSON object as the last line')
    .action(async (files: string[], { model, backbone: name, weightsFile, json, ...how }: Options) => {
      const backbone = withWeightsFile('predict', name, weightsFile);
      const { pictures, skippedInFolders } = await picturesIn(files);
      const pages = await describePages(pictures, (file) => file);
      if (pages) printAside(pages);
      const { predictions, skipped } = await predict(predictor(model, backbone), pictures, how);
      const result = {
        predictions: predictions.map(({ file, classes }) => ({ file, classes })),
        skipped: [...skippedInFolders, ...skipped],
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
  return addReadingOptions(command).addOption(fitOption('as in training'));
}

/** The given pictures, and those in the given folders and archives. */
async function picturesIn(paths: readonly string[]): Promise<{ pictures: string[]; skippedInFolders: Skipped[] }> {
  const skippedInFolders: Skipped[] = [];
  const pictures: string[] = [];
  for (const given of paths) {
    const path = await unpackedIfArchive(given, { onMessage: printAside });
    if (!existsSync(path) || !statSync(path).isDirectory()) {
      pictures.push(path);
      continue;
    }
    const { unlabelled, skipped, warnings = [], notes = [] } = unlabelledFolder(path);
    for (const text of [...warnings, ...notes]) printAside(`${given}: ${text}`);
    skippedInFolders.push(...skipped);
    for (const { file } of unlabelled) pictures.push(file);
  }
  return { pictures, skippedInFolders };
}

function predictor(model: string | undefined, backbone: BackboneSource | undefined): Predictor {
  if (model !== undefined) return { run: model };
  if (backbone !== undefined) return { backbone };
  throw new UserError(`give a model: --model RUN, or --backbone ${backboneNames().join('|')}`);
}
