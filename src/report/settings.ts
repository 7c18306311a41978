import type { RunConfiguration } from '../runs';

/** The versions and the device of a run, as rows of name and value. */
export function madeWith({ versions, device }: Pick<RunConfiguration, 'versions' | 'device'>): [string, string][] {
  const each = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    ['versions', each.join(', ')],
    ['device', `${device.kind}, ${device.name}`],
  ];
}
