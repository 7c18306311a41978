import { InvalidArgumentError } from 'commander';

/** A parser for commander that takes numbers within bounds and says what it expected instead. */
export function numberOption({
  min,
  max = Infinity,
  integer = false,
}: {
  min: number;
  max?: number;
  integer?: boolean;
}) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max) || (integer && !Number.isInteger(value))) {
      const bounds = max === Infinity ? `from ${min}` : `from ${min} to ${max}`;
      throw new InvalidArgumentError(`Expected a ${integer ? 'whole ' : ''}number ${bounds}.`);
    }
    return value;
  };
}

/** Print one JSON object as the last line of stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
