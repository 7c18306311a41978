import type { RunConfiguration } from '../runs';

/** What a run was made with, as rows of name and value. */
export function madeWith({ versions, device }: Pick<RunConfiguration, 'versions' | 'device'>): [string, string][] {
  const each = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    ['versions', each.join(', ')],
    ['device', `${device.kind}, ${device.name}`],
  ];
}
