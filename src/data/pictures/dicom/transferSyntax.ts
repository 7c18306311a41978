import { UserError } from '../../../core/errors';

/** How the pixels of a DICOM file are compressed. */
export type DicomCompression = 'none' | 'rle' | 'jpeg' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000';

/** How a DICOM file is encoded (DICOM PS3.5, section 10). */
export interface TransferSyntax {
  compression: DicomCompression;
  /** whether each tag says what kind of value it has */
  explicit: boolean;
  bigEndian: boolean;
  /** whether all tags after the file's header are compressed by deflate */
  deflated: boolean;
}

const encoded = (compression: DicomCompression, more: Partial<TransferSyntax> = {}): TransferSyntax => ({
  compression,
  explicit: true,
  bigEndian: false,
  deflated: false,
  ...more,
});

const ROOT = '1.2.840.10008.1.2';

const READ: Record<string, TransferSyntax> = {
  [ROOT]: encoded('none', { explicit: false }),
  [`${ROOT}.1`]: encoded('none'),
  [`${ROOT}.1.99`]: encoded('none', { deflated: true }),
  [`${ROOT}.2`]: encoded('none', { bigEndian: true }),
  [`${ROOT}.5`]: encoded('rle'),
  [`${ROOT}.4.50`]: encoded('jpeg'),
  [`${ROOT}.4.51`]: encoded('jpeg'),
  [`${ROOT}.4.57`]: encoded('jpeg-lossless'),
  [`${ROOT}.4.70`]: encoded('jpeg-lossless'),
  [`${ROOT}.4.80`]: encoded('jpeg-ls'),
  [`${ROOT}.4.81`]: encoded('jpeg-ls'),
  [`${ROOT}.4.90`]: encoded('jpeg-2000'),
  [`${ROOT}.4.91`]: encoded('jpeg-2000'),
};

const NAMES: [RegExp, string][] = [
  [/\.4\.9[23]$/, 'multi-component JPEG 2000'],
  [/\.4\.20[1-5]$/, 'high-throughput JPEG 2000'],
  [/\.4\.1[01]\d(?:\.1)?$/, 'video'],
  [/\.4\.11[0-2]$/, 'JPEG XL'],
];

/**
 * What the identifier of a transfer syntax stands for.
 *
 * @throws {UserError} when it is not one that is read
 */
export function transferSyntaxOf(uid: string): TransferSyntax {
  if (Object.hasOwn(READ, uid)) return READ[uid]!;
  const name = uid.startsWith(ROOT) ? NAMES.find(([pattern]) => pattern.test(uid))?.[1] : undefined;
  // only digits are quoted: a damaged file may have any text here, such as a person's name
  const shown = name ?? (/^[0-9.]{1,64}$/.test(uid) ? `transfer syntax ${uid}` : 'an unknown transfer syntax');
  throw new UserError(
    `a DICOM file with ${shown}, which is not read: save it uncompressed, or with RLE, JPEG or JPEG 2000`,
  );
}
