import { Argument, Command, InvalidArgumentError } from 'commander';
import { cacheFolder } from '../core/paths';
import { alignColumns } from '../core/text';
import { type CachePart, cacheParts, cacheUses, cleanPart, renewalOf } from './cacheParts';
import { print, printJson } from './print';

/** `tunebook cache`: list what tunebook keeps on this machine, and free its disk space. */
export function cacheCommand(): Command {
  return new Command('cache')
    .description('list what tunebook keeps on this machine, with sizes; free its disk space')
    .option('--json', 'print one JSON object as the last line')
    .action(({ json }: { json?: true }) => list(json))
    .addCommand(cleanCommand());
}

function cleanCommand(): Command {
  const removable = cacheParts.filter((part) => renewalOf(part) !== undefined);
  return new Command('clean')
    .description('remove what comes back by itself; end trainings first')
    .addArgument(
      new Argument('[parts...]', 'what to remove; default: what is computed again when it is needed').choices(
        removable,
      ),
    )
    .option('--older <time>', 'only what has not been used for this long, such as 30d, 4w or 12h', duration)
    .option('--json', 'print one JSON object as the last line')
    .action(async (given: CachePart[], { older = 0 }: { older?: number }, command: Command) => {
      const parts =
        given.length > 0 ? given : removable.filter((part) => renewalOf(part) === 'computed again when it is needed');
      const freed: Partial<Record<CachePart, number>> = {};
      for (const part of parts) freed[part] = await cleanPart(part, older);
      // commander gives an option that both commands have to the first of them
      if (command.optsWithGlobals().json) {
        printJson({ cache: cacheFolder(), freed });
        return;
      }
      const lines = Object.entries(freed).filter(([, bytes]) => bytes > 0);
      const rows = lines.map(([part, bytes]) => `  ${part}  ${megabytes(bytes)}`);
      const total = lines.reduce((sum, [, bytes]) => sum + bytes, 0);
      print(`${[`${megabytes(total)} freed`, ...rows].join('\n')}\n${given.length > 0 ? '' : left(removable, parts)}`);
    });
}

function list(json: true | undefined): void {
  const uses = cacheUses();
  const bytes = uses.reduce((sum, use) => sum + use.bytes, 0);
  if (json) {
    printJson({ cache: cacheFolder(), bytes, parts: uses });
    return;
  }
  const rows = uses
    .toSorted((a, b) => b.bytes - a.bytes)
    .map((use) => [
      use.part,
      megabytes(use.bytes),
      use.used?.slice(0, 10) ?? '',
      use.holds,
      use.renewal ?? 'never removed',
    ]);
  const table = alignColumns(
    [['part', 'size', 'last used', 'what', 'after `tunebook cache clean`'], ...rows],
    [false, true, false, false, false],
  );
  print(`${cacheFolder()}: ${megabytes(bytes)}\n\n${table}\n`);
}

/** What a clean without names leaves, with the command that removes it. */
function left(removable: readonly CachePart[], removed: readonly CachePart[]): string {
  const others = cacheUses().filter(({ part }) => removable.includes(part) && !removed.includes(part));
  if (others.length === 0) return '';
  const list = others.map(({ part, bytes }) => `${part} ${megabytes(bytes)}`).join(', ');
  return `left, as getting it back takes a network or the set-up: ${list}; name parts to remove them, too\n`;
}

const megabytes = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

const UNITS = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** A time such as 30d in milliseconds. */
function duration(text: string): number {
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  const time = Number(count) * UNITS[unit as keyof typeof UNITS];
  if (!(time > 0)) throw new InvalidArgumentError('Expected hours, days or weeks, such as 12h, 30d or 4w.');
  return time;
}
