/** The bytes of a data URI in base64, such as that of a thumbnail. */
export const bytesOf = (uri: string): Uint8Array =>
  new Uint8Array(Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64'));

/** A JPEG as a data URI, for a still picture. */
export const jpegUri = (bytes: Uint8Array): string => `data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}`;
