import { Command, Option } from 'commander';
import { type ExportFormat, exportFormats, exportRun } from '../runs/export';
import { print, printJson } from './print';

/** `tunebook export`: export a run's model for other programs. */
export function exportCommand(): Command {
  return new Command('export')
    .description("export a run's model for other programs, from pixels to probabilities, with a model card")
    .argument('<run>', 'run folder')
    .addOption(new Option('--format <name...>', 'format').choices(exportFormats).default([...exportFormats], 'all'))
    .requiredOption('--out <dir>', 'new folder for the files')
    .option('--json', 'print one JSON object as the last line')
    .action(async (run: string, { format, out, json }: { format: ExportFormat[]; out: string; json?: true }) => {
      const { folder, files } = await exportRun(run, out, { formats: format });
      if (json) printJson({ folder, files });
      else print(`${folder}\n${files.map((file) => `  ${file}\n`).join('')}`);
    });
}
