// @ts-check
/** The callbacks that the engine knows by name (src/callbacks/mod.rs; a test there holds the list). */
export const CALLBACKS = [
  'BackupAndRestore', 'CSVLogger', 'EarlyStopping', 'History', 'LambdaCallback', 'LearningRateScheduler',
  'ModelCheckpoint', 'ProgbarLogger', 'ReduceLROnPlateau', 'TensorBoard', 'TerminateOnNaN',
];
