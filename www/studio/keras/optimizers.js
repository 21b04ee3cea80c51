// @ts-check
import { required } from './parts.js';

/** What every optimizer can do besides its rule. */
const shared = {
  weight_decay: null, clipnorm: null, clipvalue: null, global_clipnorm: null, use_ema: false, ema_momentum: 0.99,
  ema_overwrite_frequency: null, loss_scale_factor: null, gradient_accumulation_steps: null,
};
const rate = { learning_rate: 0.001, ...shared };
const adam = { ...rate, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };
const betas = ['beta_1', 'beta_2'];

/** @type {import('./parts.js').Family} */
export const optimizers = {
  usual: {
    Adam: { en: 'A step size of its own for every weight: a good first choice.', ja: '重みごとに歩幅を変えます。まずはこれ。', arguments: { ...adam, amsgrad: false }, first: betas },
    SGD: { en: 'Straight down the slope, with momentum if you like.', ja: '勾配どおりに下ります。モメンタムも使えます。', arguments: { ...rate, learning_rate: 0.01, momentum: 0, nesterov: false }, first: ['momentum', 'nesterov'] },
    RMSprop: { en: 'Divides by the recent size of the gradients.', ja: '最近の勾配の大きさで割ります。', arguments: { ...rate, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false }, first: ['rho', 'momentum'] },
    AdamW: { en: 'Adam that also shrinks the weights.', ja: '重みも少しずつ縮める Adam です。', arguments: { ...adam, amsgrad: false, weight_decay: 0.004 }, first: ['weight_decay'] },
  },
  more: {
    Nadam: { en: 'Adam with Nesterov’s look ahead.', ja: '先読み（Nesterov）を加えた Adam です。', arguments: adam, first: betas },
    Adamax: { en: 'Adam by the largest gradient.', ja: '最大の勾配で割る Adam です。', arguments: adam, first: betas },
    Adagrad: { en: 'Ever smaller steps, for rare features.', ja: '歩幅が次第に小さくなります。まれな特徴に。', arguments: { ...rate, initial_accumulator_value: 0.1, epsilon: 1e-7 }, first: ['initial_accumulator_value'] },
    Adadelta: { en: 'Adagrad that forgets old gradients.', ja: '古い勾配を忘れる Adagrad です。', arguments: { ...rate, rho: 0.95, epsilon: 1e-7 }, first: ['rho'] },
    Adafactor: {
      en: 'Adam with little memory, for large models.', ja: '省メモリーの Adam です。大きなモデルに。',
      arguments: { ...rate, beta_2_decay: -0.8, epsilon_1: 1e-30, epsilon_2: 0.001, clip_threshold: 1, relative_step: true }, first: ['relative_step'],
    },
    Ftrl: {
      en: 'For sparse data, with L1 and L2 built in.', ja: 'まばらなデータに。L1・L2 を内蔵しています。',
      arguments: { ...rate, learning_rate_power: -0.5, initial_accumulator_value: 0.1, l1_regularization_strength: 0, l2_regularization_strength: 0, l2_shrinkage_regularization_strength: 0, beta: 0 },
      first: ['l1_regularization_strength', 'l2_regularization_strength'],
    },
    Lion: { en: 'Steps by the gradients’ sign alone.', ja: '勾配の符号だけで進みます。', arguments: { ...rate, beta_1: 0.9, beta_2: 0.99 }, first: betas },
    Lamb: { en: 'Adam for very large batches.', ja: 'とても大きなバッチのための Adam です。', arguments: adam, first: betas },
    ScheduleFreeAdamW: { en: 'AdamW that needs no schedule.', ja: 'スケジュールのいらない AdamW です。', arguments: { ...adam, learning_rate: 0.0025, epsilon: 1e-8, warmup_steps: 0 }, first: ['warmup_steps'] },
  },
};

const decay = { initial_learning_rate: 0.001, decay_steps: 1000 };
const decayed = { initial_learning_rate: required, decay_steps: required };

/** Learning rates that change with the steps. @type {import('./parts.js').Family} */
export const schedules = {
  schedules: {
    ExponentialDecay: { en: 'Multiplied by decay_rate every decay_steps.', ja: 'decay_steps ごとに decay_rate 倍になります。', start: { ...decay, decay_rate: 0.9 }, arguments: { ...decayed, decay_rate: required, staircase: false }, first: ['staircase'] },
    CosineDecay: { en: 'Falls along a cosine to alpha.', ja: '余弦に沿って下がります。', start: decay, arguments: { ...decayed, alpha: 0, warmup_target: null, warmup_steps: 0 } },
    CosineDecayRestarts: { en: 'A cosine that starts again and again.', ja: '余弦で下がり、繰り返し戻ります。', start: { initial_learning_rate: 0.001, first_decay_steps: 1000 }, arguments: { initial_learning_rate: required, first_decay_steps: required, t_mul: 2, m_mul: 1, alpha: 0 } },
    PolynomialDecay: { en: 'Falls along a power to an end value.', ja: 'べき乗に沿って下がります。', start: decay, arguments: { ...decayed, end_learning_rate: 0.0001, power: 1, cycle: false } },
    InverseTimeDecay: { en: 'Divided by a number that grows with the steps.', ja: 'ステップとともに大きくなる数で割ります。', start: { ...decay, decay_rate: 0.5 }, arguments: { ...decayed, decay_rate: required, staircase: false } },
    PiecewiseConstantDecay: { en: 'Constant between the given steps.', ja: '決めたステップで段階的に変わります。', start: { boundaries: [1000, 2000], values: [0.001, 0.0005, 0.0001] }, arguments: { boundaries: required, values: required } },
  },
};
