// @ts-check
import { required } from './parts.js';

const reduction = { reduction: 'sum_over_batch_size' };
const probabilities = { from_logits: false, label_smoothing: 0, axis: -1, ...reduction };
const focal = { alpha: 0.25, gamma: 2, ...probabilities };

/** @type {import('./parts.js').Family} */
export const losses = {
  classes: {
    SparseCategoricalCrossentropy: {
      en: 'For class numbers, with one output for each class.', ja: 'クラス番号のラベルに。出力はクラスの数だけ必要です。',
      arguments: { from_logits: false, ignore_class: null, axis: -1, ...reduction }, first: ['from_logits'],
    },
    CategoricalCrossentropy: {
      en: 'For labels as columns of 0 and 1.', ja: '0と1の列（one-hot）のラベルに。',
      arguments: probabilities, first: ['from_logits', 'label_smoothing'],
    },
    BinaryCrossentropy: {
      en: 'For labels 0 or 1.', ja: '0か1のラベルに。',
      arguments: probabilities, first: ['from_logits', 'label_smoothing'], aliases: ['bce', 'BCE'],
    },
    CategoricalFocalCrossentropy: {
      en: 'Crossentropy that cares more for hard samples.', ja: '難しいサンプルを重く見る交差エントロピーです。',
      arguments: focal, first: ['alpha', 'gamma'],
    },
    BinaryFocalCrossentropy: {
      en: 'Binary crossentropy that cares more for hard samples.', ja: '難しいサンプルを重く見る二値の交差エントロピーです。',
      arguments: { apply_class_balancing: false, ...focal }, first: ['alpha', 'gamma'],
    },
    CategoricalGeneralizedCrossEntropy: {
      en: 'Crossentropy that bears wrong labels.', ja: '誤ったラベルに強い交差エントロピーです。',
      arguments: { q: 0.5, ...reduction }, first: ['q'],
    },
    KLDivergence: {
      en: 'How far the predicted shares are from the true ones.', ja: '予測の分布と正解の分布の隔たりです。',
      arguments: reduction, aliases: ['kld', 'KLD', 'kullback_leibler_divergence'],
    },
    Poisson: { en: 'For counts.', ja: '個数のデータに。', arguments: reduction },
    CTC: { en: 'For sequences without aligned labels.', ja: '位置の対応がない系列のラベルに。', arguments: reduction },
  },
  numbers: {
    MeanSquaredError: {
      en: 'The squared error: large errors count most.', ja: '二乗誤差。大きな誤差ほど重くなります。',
      arguments: reduction, aliases: ['mse', 'MSE'],
    },
    MeanAbsoluteError: { en: 'The error itself, without its sign.', ja: '誤差の絶対値です。', arguments: reduction, aliases: ['mae', 'MAE'] },
    Huber: {
      en: 'Squared for small errors, absolute for large ones.', ja: '小さな誤差は二乗、大きな誤差は絶対値で測ります。',
      arguments: { delta: 1, ...reduction }, first: ['delta'],
    },
    LogCosh: { en: 'Like Huber, but smooth.', ja: 'Huber に似た、なめらかな損失です。', arguments: reduction, aliases: ['logcosh'] },
    MeanAbsolutePercentageError: { en: 'The error in percent of the truth.', ja: '正解に対する誤差の割合（%）です。', arguments: reduction, aliases: ['mape', 'MAPE'] },
    MeanSquaredLogarithmicError: { en: 'The squared error of the logarithms.', ja: '対数の二乗誤差です。', arguments: reduction, aliases: ['msle', 'MSLE'] },
    CosineSimilarity: { en: 'The angle between prediction and truth.', ja: '予測と正解の向きの近さです。', arguments: { axis: -1, ...reduction }, first: ['axis'] },
  },
  hinge: {
    Hinge: { en: 'For labels −1 or 1, as support vector machines use it.', ja: '−1か1のラベルに（SVM の損失）。', arguments: reduction },
    SquaredHinge: { en: 'Hinge, squared.', ja: 'Hinge の二乗です。', arguments: reduction },
    CategoricalHinge: { en: 'Hinge for several classes.', ja: '複数クラスの Hinge です。', arguments: reduction },
  },
  pictures: {
    Dice: { en: 'How little two areas overlap.', ja: '領域の重なりの少なさです。', arguments: { axis: null, ...reduction } },
    Tversky: {
      en: 'Dice that weighs false alarms and misses apart.', ja: '誤検出と見逃しの重みを分けた Dice です。',
      arguments: { alpha: 0.5, beta: 0.5, axis: null, ...reduction }, first: ['alpha', 'beta'],
    },
    Circle: {
      en: 'Pulls samples of one class together, others apart.', ja: '同じクラスを近づけ、違うクラスを離します。',
      arguments: { gamma: 80, margin: 0.4, remove_diagonal: true, ...reduction }, first: ['gamma', 'margin'],
    },
  },
};

const none = {};
const logits = { from_logits: false, label_smoothing: 0 };
const thresholds = { thresholds: null };
const found = { ...thresholds, top_k: null, class_id: null };
const at = { num_thresholds: 200, class_id: null };
const overlap = { ignore_class: null, sparse_y_true: true, sparse_y_pred: true, axis: -1 };
const { sparse_y_true, ...overlapOneHot } = { ...overlap, sparse_y_pred: false };

/** @type {import('./parts.js').Family} */
export const metrics = {
  accuracy: {
    Accuracy: { en: 'Share of right answers; the right kind is chosen by the labels’ shape.', ja: '正解率。種類はラベルの形から選ばれます。', arguments: none, aliases: ['acc'] },
    BinaryAccuracy: { en: 'Share of right answers for 0 or 1.', ja: '0か1の正解率です。', arguments: { threshold: 0.5 }, first: ['threshold'] },
    SparseCategoricalAccuracy: { en: 'Share of right classes, labels as numbers.', ja: 'クラス番号のラベルの正解率です。', arguments: none },
    CategoricalAccuracy: { en: 'Share of right classes, labels as 0/1 columns.', ja: 'one-hot ラベルの正解率です。', arguments: none },
    SparseTopKCategoricalAccuracy: {
      en: 'Whether the right class is among the k likeliest.', ja: '上位k個に正解が入る割合です。',
      arguments: { k: 5, from_sorted_ids: false }, first: ['k'],
    },
    TopKCategoricalAccuracy: { en: 'The same, labels as 0/1 columns.', ja: '同上（one-hot ラベル）。', arguments: { k: 5 }, first: ['k'] },
  },
  found: {
    Precision: { en: 'Of those it called positive, the share that is.', ja: '陽性と予測した中の正解の割合（適合率）です。', arguments: found, first: ['thresholds'] },
    Recall: { en: 'Of the positive ones, the share it found.', ja: '陽性のうち見つけた割合（再現率）です。', arguments: found, first: ['thresholds'] },
    AUC: {
      en: 'Area under the ROC or PR curve.', ja: 'ROC/PR 曲線の下の面積です。',
      arguments: { num_thresholds: 200, curve: 'ROC', summation_method: 'interpolation', thresholds: null, multi_label: false, num_labels: null, label_weights: null, from_logits: false },
      first: ['curve', 'num_thresholds'],
    },
    F1Score: { en: 'Precision and recall in one figure.', ja: '適合率と再現率の調和平均です。', arguments: { average: null, threshold: null }, first: ['average', 'threshold'] },
    FBetaScore: { en: 'F1 with recall beta times as important.', ja: '再現率を beta 倍重く見る F1 です。', arguments: { average: null, beta: 1, threshold: null }, first: ['beta', 'average'] },
    TruePositives: { en: 'Count of positives it found.', ja: '正しく陽性とした数です。', arguments: thresholds },
    TrueNegatives: { en: 'Count of negatives it left alone.', ja: '正しく陰性とした数です。', arguments: thresholds },
    FalsePositives: { en: 'Count of false alarms.', ja: '誤検出の数です。', arguments: thresholds },
    FalseNegatives: { en: 'Count of misses.', ja: '見逃しの数です。', arguments: thresholds },
    PrecisionAtRecall: { en: 'Best precision at this recall.', ja: 'この再現率での最良の適合率です。', start: { recall: 0.8 }, arguments: { recall: required, ...at } },
    RecallAtPrecision: { en: 'Best recall at this precision.', ja: 'この適合率での最良の再現率です。', start: { precision: 0.8 }, arguments: { precision: required, ...at } },
    SensitivityAtSpecificity: { en: 'Best sensitivity at this specificity.', ja: 'この特異度での最良の感度です。', start: { specificity: 0.8 }, arguments: { specificity: required, ...at } },
    SpecificityAtSensitivity: { en: 'Best specificity at this sensitivity.', ja: 'この感度での最良の特異度です。', start: { sensitivity: 0.8 }, arguments: { sensitivity: required, ...at } },
  },
  numbers: {
    MeanAbsoluteError: { en: 'The error itself, without its sign.', ja: '誤差の絶対値の平均です。', arguments: none, aliases: ['mae', 'MAE'] },
    MeanSquaredError: { en: 'The squared error.', ja: '二乗誤差の平均です。', arguments: none, aliases: ['mse', 'MSE'] },
    RootMeanSquaredError: { en: 'Root of the squared error, in the label’s unit.', ja: '二乗誤差の平方根（ラベルと同じ単位）です。', arguments: none, aliases: ['rmse', 'RMSE'] },
    MeanAbsolutePercentageError: { en: 'The error in percent of the truth.', ja: '誤差の割合（%）です。', arguments: none, aliases: ['mape', 'MAPE'] },
    MeanSquaredLogarithmicError: { en: 'The squared error of the logarithms.', ja: '対数の二乗誤差です。', arguments: none, aliases: ['msle', 'MSLE'] },
    LogCoshError: { en: 'A smooth error that outliers move little.', ja: '外れ値に強い、なめらかな誤差です。', arguments: none, aliases: ['logcosh'] },
    R2Score: {
      en: 'Share of the spread it explains; 1 is perfect.', ja: 'ばらつきを説明できた割合（決定係数）です。',
      arguments: { class_aggregation: 'uniform_average', num_regressors: 0 },
    },
    CosineSimilarity: { en: 'The angle between prediction and truth.', ja: '予測と正解の向きの近さです。', arguments: { axis: -1 } },
    PearsonCorrelation: { en: 'How straight the line between both is.', ja: '予測と正解の相関係数です。', arguments: { axis: -1 } },
    ConcordanceCorrelation: { en: 'Correlation that minds offset and scale, too.', ja: 'ずれと大きさも見る相関係数です。', arguments: { axis: -1 } },
  },
  shares: {
    BinaryCrossentropy: { en: 'The loss for labels 0 or 1.', ja: '0か1のラベルの損失です。', arguments: logits, aliases: ['bce', 'BCE'] },
    CategoricalCrossentropy: { en: 'The loss for 0/1 columns.', ja: 'one-hot ラベルの損失です。', arguments: { ...logits, axis: -1 } },
    SparseCategoricalCrossentropy: { en: 'The loss for class numbers.', ja: 'クラス番号の損失です。', arguments: { from_logits: false, ignore_class: null, axis: -1 } },
    KLDivergence: { en: 'How far the shares are apart.', ja: '分布の隔たりです。', arguments: none, aliases: ['kld', 'KLD'] },
    Poisson: { en: 'The loss for counts.', ja: '個数の損失です。', arguments: none },
  },
  hinge: {
    Hinge: { en: 'For labels −1 or 1.', ja: '−1か1のラベルに。', arguments: none },
    SquaredHinge: { en: 'Hinge, squared.', ja: 'Hinge の二乗です。', arguments: none },
    CategoricalHinge: { en: 'Hinge for several classes.', ja: '複数クラスの Hinge です。', arguments: none },
  },
  pictures: {
    IoU: { en: 'Overlap of areas of the chosen classes.', ja: '選んだクラスの領域の重なりです。', start: { num_classes: 2, target_class_ids: [1] }, arguments: { num_classes: required, target_class_ids: required, ...overlap } },
    MeanIoU: { en: 'Overlap of areas, over all classes.', ja: '全クラスの領域の重なりの平均です。', start: { num_classes: 2 }, arguments: { num_classes: required, ...overlap } },
    BinaryIoU: { en: 'Overlap of areas for 0 or 1.', ja: '0か1の領域の重なりです。', arguments: { target_class_ids: [0, 1], threshold: 0.5 }, first: ['threshold'] },
    OneHotIoU: { en: 'IoU for 0/1 columns.', ja: 'one-hot ラベルの IoU です。', start: { num_classes: 2, target_class_ids: [1] }, arguments: { num_classes: required, target_class_ids: required, ...overlapOneHot } },
    OneHotMeanIoU: { en: 'MeanIoU for 0/1 columns.', ja: 'one-hot ラベルの MeanIoU です。', start: { num_classes: 2 }, arguments: { num_classes: required, ...overlapOneHot } },
  },
};
