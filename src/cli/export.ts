import { Command, Option } from 'commander';
import { type ExportFormat, exportFormats, exportRun } from '../runs/export';
import { print, printJson } from './print';

/** `tunebook export`: a run's model for use elsewhere. */
export function exportCommand(): Command {
  return new Command('export')
    .description("write a run's model for use elsewhere, complete from pixels to probabilities, with a model card")
    .argument('<run>', 'folder of a run')
    .addOption(
      new Option('--format <name...>', 'what for; default: all')
        .choices(exportFormats)
        .default([...exportFormats], 'all'),
    )
    .requiredOption('--out <dir>', 'new folder for the files')
    .option('--json', 'one JSON object as the last line')
    .action(async (run: string, { format, out, json }: { format: ExportFormat[]; out: string; json?: true }) => {
      const { folder, files } = await exportRun(run, out, { formats: format });
      if (json) printJson({ folder, files });
      else print(`${folder}\n${files.map((file) => `  ${file}\n`).join('')}`);
    });
}
