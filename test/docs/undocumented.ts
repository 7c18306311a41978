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
  // data
  'openDataset',
  'fewShot',
  'imageFolder',
  'imageTable',
  'sampleExamples',
  'selectClasses',
  'splitDataset',
  'thumbnail',
  'withSplit',
  'Dataset',
  'Split',
  'checkDataset',
  'data.Fit',
  'data.ImageFolderOptions',
  'data.ImageTableOptions',
  'data.ReadingOptions',
  'data.Skipped',
  'data.SplitOptions',
  'data.Subset',
  'data.KFoldOptions',
  'data.kFold',
  'data.LearningCurveOptions',
  'data.learningCurveSplits',
  'data.sampleFolder',
  'data.samples',
  'data.splitFingerprint',
  'data.ThumbnailOptions',
  'data.unlabelledFolder',
  'data.CheckOptions',
  'data.DatasetCheck',
  'data.Archive',
  'data.OpenDatasetOptions',
  'data.PublicDatasetEntry',
  'data.PublicDatasetOptions',
  'data.publicDataset',
  'data.publicDatasets',
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
