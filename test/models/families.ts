import { families } from '../../src/models/families';

/** One backbone of each family, that with the fewest parameters. */
export const SMALLEST_OF_EACH = families.map(
  ({ members }) => members.map(({ entry }) => entry).sort((a, b) => a.parameters - b.parameters)[0]!.name,
);
