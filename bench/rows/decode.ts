import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { imageFolder } from '../../src/data';
import type { Work } from '../peer';
import { type PeerName, peerTitles } from '../peers';
import type { Row } from '../row';
import { sideBySide } from './sideBySide';

const PEERS: readonly PeerName[] = ['tunebook', 'keras', 'torch'];

/**
 * Decodes photo files into batches of bytes, resized with anti-aliasing and cropped: tunebook's decoder (sharp), tf.data, and torchvision's
 * decoder in a DataLoader, with two threads or processes each.
 */
export const decodeRow: Row = {
  name: 'decode',
  work: 'photos decoded, to 224 px (tf.data, torchvision)',
  unit: 'ms',
  goals: [{ peers: ['keras', 'torch'], ratio: 1 }],
  async measure(settings) {
    const { photos } = settings;
    if (!existsSync(photos)) throw new Error(`there are no photos in ${photos}: name a folder with --photos`);
    const files = imageFolder(existsSync(join(photos, 'train')) ? join(photos, 'train') : photos)
      .examples.map(({ file }) => file)
      .filter((file) => /\.jpe?g$/i.test(file));
    const work: Work = { kind: 'decode', files, size: 224, batch: 32 };
    const measurement = await sideBySide(new Map(PEERS.map((name) => [name, work])), settings);
    const speeds = Object.entries(measurement.values).map(
      ([name, ms]) => `${peerTitles[name as PeerName]} ${Math.round((1000 * files.length) / ms)}`,
    );
    measurement.notes.push(`${files.length} photos; pictures a second: ${speeds.join(', ')}`);
    return measurement;
  },
};
