/** Position of the first tag of a DICOM file, after 128 bytes of anything and then DICM. */
export const DICOM_START = 132;

/** Whether the first 132 bytes of a file are those of DICOM. */
export const isDicom = (start: Uint8Array): boolean =>
  start[128] === 0x44 && start[129] === 0x49 && start[130] === 0x43 && start[131] === 0x4d;
