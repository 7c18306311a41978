import { InvalidArgumentError } from 'commander';

/** A parser for commander that accepts numbers within bounds, and otherwise says what was expected. */
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
