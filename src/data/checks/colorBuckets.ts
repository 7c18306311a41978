import { Random } from '../../core/random';

const TABLES = 16;
const PROJECTIONS = 6;
/** how many colour values a projection adds up, each with a random sign */
const VALUES = 36;
/** Width of a bucket, in the unit of the colours (0 to 255): four times what pictures that just look alike differ by. */
const WIDTH = 64;

/**
 * Pairs of pictures whose colours are probably close, by locality-sensitive hashing (Datar, Immorlica, Indyk, Mirrokni 2004,
 * Locality-Sensitive Hashing Scheme Based on p-Stable Distributions) with sparse random projections (Achlioptas 2003,
 * Database-Friendly Random Projections): each of 16 tables puts a picture into a bucket by six projections of its colours, and
 * neighbours in a bucket are a pair. Of two pictures whose colours differ by 16 (root mean square), 99% are in one bucket of some
 * table; of two with random colours, 0.5%.
 *
 * @param colors of each picture, all of one length; a difference in brightness counts for nothing
 * @returns for each table, the pictures of each bucket
 */
export function* colorBuckets(colors: readonly Float32Array[]): Generator<number[][]> {
  const length = colors[0]?.length ?? 0;
  const means = colors.map((values) => values.reduce((sum, value) => sum + value, 0) / length);
  for (let table = 0; table < TABLES; table++) {
    const random = new Random(table, 'colour buckets');
    const projections = Array.from({ length: PROJECTIONS }, () => ({
      places: Int32Array.from({ length: VALUES }, () => Math.floor(length * random.uniform())),
      signs: Int8Array.from({ length: VALUES }, () => (random.uniform() < 0.5 ? -1 : 1)),
      offset: WIDTH * random.uniform(),
    }));
    const buckets = new Map<number, number[]>();
    for (const [i, values] of colors.entries()) {
      let key = 0;
      for (const { places, signs, offset } of projections) {
        let sum = 0;
        for (let j = 0; j < VALUES; j++) sum += signs[j]! * (values[places[j]!]! - means[i]!);
        // a projection is within 255 * 36 / 6, so that 64 buckets are enough
        key = 64 * key + Math.floor((sum / Math.sqrt(VALUES) + offset) / WIDTH) + 32;
      }
      const members = buckets.get(key);
      if (members) members.push(i);
      else buckets.set(key, [i]);
    }
    yield [...buckets.values()];
  }
}
