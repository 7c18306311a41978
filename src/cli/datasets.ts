import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { cacheFolder } from '../core/paths';
import { alignColumns } from '../core/text';
import { samples } from '../data';
import { type Archive, publicDatasets } from '../data/public';
import { print, printJson } from './print';

/** `tunebook datasets`: list the public datasets, with licences. */
export function datasetsCommand(): Command {
  return new Command('datasets')
    .description('list the public datasets that --data accepts by name, with size, download and licence')
    .option('--json', 'print one JSON object as the last line')
    .action(({ json }: { json?: true }) => {
      const rows = Object.values(publicDatasets).map(({ archives, layout: _, ...entry }) => ({
        ...entry,
        megabytes: Math.round(archives.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6),
        verified: verifiedBy(archives),
        here: existsSync(cacheFolder('datasets', entry.name)),
      }));
      if (json) {
        printJson({ samples, datasets: rows });
        return;
      }
      const header = ['name', 'pictures', 'classes', 'download', 'verified by', ''];
      const lines = rows.map(({ name, pictures, classes, megabytes, verified, here }) => [
        name,
        String(pictures),
        String(classes),
        `${megabytes} MB`,
        verified,
        here ? 'downloaded' : '',
      ]);
      const table = alignColumns([header, ...lines], [false, true, true, true, false, false]);
      const facts = rows.map(
        ({ name, title, licence, source }) => `${name}: ${title}\n  ${source}\n  licence: ${licence}`,
      );
      print(`${table}\n\n${facts.join('\n')}\n\nsample datasets, without download: ${samples.join(', ')}\n`);
    });
}

function verifiedBy(archives: readonly Archive[]): string {
  if (archives.every(({ sha256 }) => sha256 !== undefined)) return 'published hash';
  const counts = archives.some(({ generated }) => generated) ? 'number of pictures' : 'size and number of pictures';
  return `${counts}, then hash of the first download`;
}
