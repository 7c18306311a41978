/** Public names, by folder of src, whose documentation is still to be written. Strike off what is done; add nothing. */
export const undocumented = new Set([
  // analysis
  // core
  'display.EndingListener',
  'display.EpochRecord',
  'display.Progress',
  'display.stopRequested',
  'display.withStop',
  'Listener',
  // notebook
  // report
  // runs
  // study
  'studies.StudyListener',
  // tensorflow
  'display.DeviceReport',
  'deviceReport',
  // terminal
  'display.EndingStudyListener',
]);
