// @ts-check
import { required } from './parts.js';

const watched = { monitor: 'val_loss', mode: 'auto', verbose: 0 };

/** @type {import('./parts.js').Family} */
export const callbacks = {
  stop: {
    EarlyStopping: {
      en: 'Ends training once the monitored figure stops improving.', ja: '監視する値が良くならなくなったら訓練を終えます。',
      start: { monitor: 'val_loss', patience: 10, restore_best_weights: true },
      arguments: { ...watched, min_delta: 0, patience: 0, baseline: null, restore_best_weights: false, start_from_epoch: 0 },
    },
    TerminateOnNaN: {
      en: 'Ends training when the loss is no longer a number.', ja: '損失が数値でなくなったら訓練を終えます。',
      arguments: { raise_error: false },
    },
  },
  rate: {
    ReduceLROnPlateau: {
      en: 'Lowers the learning rate when the figure stops improving.', ja: '値が良くならなくなったら学習率を下げます。',
      start: { monitor: 'val_loss', factor: 0.2, patience: 3 },
      arguments: { ...watched, factor: 0.1, patience: 10, min_delta: 0.0001, cooldown: 0, min_lr: 0 },
    },
    LearningRateScheduler: {
      en: 'Sets the learning rate of each epoch.', ja: 'エポックごとの学習率を決めます。',
      start: { schedule: [0.001, 0.0005, 0.0001] }, arguments: { schedule: required, verbose: 0 },
    },
  },
  keep: {
    ModelCheckpoint: {
      en: 'Keeps the model after an epoch, to go back to or to save.', ja: 'エポックごとにモデルを残します。後で戻したり保存したりできます。',
      start: { filepath: 'epoch-{epoch:02d}.keras' },
      arguments: { ...watched, filepath: required, save_best_only: false, save_weights_only: false, save_freq: 'epoch', initial_value_threshold: null },
      first: ['save_best_only', 'monitor', 'save_weights_only'],
    },
    BackupAndRestore: {
      en: 'Keeps where training was, to go on after a break.', ja: '訓練の途中経過を残し、中断しても続きから再開できます。',
      start: { backup_dir: 'backup' },
      arguments: { backup_dir: required, save_freq: 'epoch', double_checkpoint: false, delete_checkpoint: true },
    },
    SwapEMAWeights: {
      en: 'Validates with the weights’ moving average, of an optimizer with use_ema.', ja: '重みの移動平均で検証します。オプティマイザの use_ema が必要です。',
      arguments: { swap_on_epoch: false },
    },
  },
  write: {
    CSVLogger: {
      en: 'Writes each epoch’s figures into a CSV file.', ja: '各エポックの値を CSV ファイルに書きます。',
      start: { filename: 'training.csv' }, arguments: { filename: required, separator: ',', append: false },
    },
    TensorBoard: {
      en: 'Writes event files that TensorBoard shows.', ja: 'TensorBoard で見られるイベントファイルを書きます。',
      start: { log_dir: 'logs' },
      arguments: {
        log_dir: 'logs', histogram_freq: 0, write_graph: true, write_images: false, write_steps_per_second: false, update_freq: 'epoch',
        profile_batch: 0, embeddings_freq: 0, embeddings_metadata: null,
      },
      first: ['histogram_freq', 'update_freq'],
    },
  },
};
