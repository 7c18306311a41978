import { readFileSync } from 'node:fs';
import type { Outline } from './letterSvg';

/** The typefaces of the sample by their style: the packages `@fontsource/...`. */
export const typefaceNames = {
  serif: [
    'abril-fatface',
    'adamina',
    'alice',
    'prata',
    'lustria',
    'ovo',
    'headland-one',
    'yeseva-one',
    'dm-serif-display',
  ],
  slab: ['alfa-slab-one', 'bree-serif', 'patua-one', 'sanchez', 'slabo-27px', 'graduate', 'arvo', 'suez-one'],
  sans: ['abeezee', 'questrial', 'actor', 'didact-gothic', 'tenor-sans', 'varela', 'abel', 'acme', 'basic', 'belleza'],
  script: [
    'pacifico',
    'great-vibes',
    'lobster',
    'satisfy',
    'sacramento',
    'cookie',
    'kaushan-script',
    'allura',
    'parisienne',
    'yellowtail',
    'alex-brush',
    'mr-de-haviland',
    'pinyon-script',
  ],
  handwriting: [
    'indie-flower',
    'shadows-into-light',
    'gloria-hallelujah',
    'architects-daughter',
    'covered-by-your-grace',
    'reenie-beanie',
    'rock-salt',
    'gochi-hand',
    'schoolbell',
    'permanent-marker',
  ],
  pixel: ['press-start-2p', 'silkscreen', 'jersey-10', 'micro-5', 'pixelify-sans', 'vt323', 'doto'],
  display: [
    'monoton',
    'bungee-shade',
    'ewert',
    'creepster',
    'fredericka-the-great',
    'cabin-sketch',
    'unifrakturcook',
    'unifrakturmaguntia',
    'medievalsharp',
    'uncial-antiqua',
    'black-ops-one',
    'saira-stencil-one',
    'bangers',
    'shrikhand',
  ],
} as const;

interface Font {
  getPath(text: string, x: number, y: number, size: number): Outline;
}

/** A set of letters with one design. */
export interface Typeface {
  /** as in the name of its package, such as `great-vibes` */
  name: string;
  /** such as `script` */
  style: string;
  /** such as `Great Vibes` */
  title: string;
  /** the line of the licence that must be kept */
  copyright: string;
  /** SPDX identifier */
  licence: string;
  licenceUrl: string;
  /** of the package */
  version: string;
  font: Font;
}

/** Read all typefaces, sorted by style and name. */
export function listTypefaces(): Typeface[] {
  // opentype.js has no types
  const { parse } = require('opentype.js') as { parse: (file: ArrayBuffer) => Font };
  return Object.entries(typefaceNames).flatMap(([style, names]) =>
    names.map((name) => {
      const read = (file: string) => readFileSync(require.resolve(`@fontsource/${name}/${file}`));
      const { family, license, weights } = JSON.parse(read('metadata.json').toString());
      const weight = weights.includes(400) ? 400 : weights[0];
      return {
        name,
        style,
        title: family,
        copyright: license.attribution,
        licence: license.type,
        licenceUrl: license.url,
        version: JSON.parse(read('package.json').toString()).version,
        font: parse(new Uint8Array(read(`files/${name}-latin-${weight}-normal.woff`)).buffer),
      };
    }),
  );
}
