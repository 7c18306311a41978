import type { RunConfiguration } from '../runs';

/** The versions and the device of a run, as rows of name and value. */
export function madeWith({ versions, device }: Pick<RunConfiguration, 'versions' | 'device'>): [string, string][] {
  const { engine } = device;
  const each = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    ['versions', each.join(', ')],
    ['device', `${device.kind}, ${device.name}`],
    ...(engine === undefined || engine === 'tensorflow'
      ? []
      : [['engine of frozen layers', engine] as [string, string]]),
  ];
}

/** The most classes that are listed. */
const MOST_CLASSES = 200;

/** The names of the classes, of very many the first. */
export function classList(classes: readonly string[]): string {
  const more = classes.length - MOST_CLASSES;
  return classes.slice(0, MOST_CLASSES).join(', ') + (more > 0 ? `, and ${more} more` : '');
}
