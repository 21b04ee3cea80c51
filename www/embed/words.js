// @ts-check
import { addWords } from '../i18n/index.js';

addWords({
  en: {
    'lesson.train': 'Train',
    'lesson.stop': 'Stop',
    'lesson.variants': 'Model',
    'lesson.baseline': 'Baseline',
    'lesson.studio': 'Open in studio ↗',
    'lesson.loading': 'Loading …',
    'lesson.queued': 'Waits for the other lesson',
    'lesson.running': 'Epoch {n} of {of}',
    'lesson.done': '{n} epochs',
    'lesson.early': 'Stopped early after {n} epochs',
    'lesson.stopped': 'Stopped after {n} epochs',
    'lesson.diverged': 'Loss became NaN. Divide the learning rate by 10.',
    'lesson.overfit': 'Over-fitting from epoch {n} on',
    'lesson.test': 'Test: {values}',
    'lesson.empty': 'This lesson has no data: give it a src or a data attribute.',
  },
  ja: {
    'lesson.train': '訓練する',
    'lesson.stop': '中止',
    'lesson.variants': 'モデル',
    'lesson.baseline': 'ベースライン',
    'lesson.studio': 'スタジオで開く ↗',
    'lesson.loading': '読み込み中…',
    'lesson.queued': '別のレッスンの終わりを待っています',
    'lesson.running': 'エポック {n}/{of}',
    'lesson.done': '{n}エポックで終了',
    'lesson.early': '{n}エポックで早期終了',
    'lesson.stopped': '{n}エポックで中止',
    'lesson.diverged': '損失がNaNになりました。学習率を10分の1にしてください。',
    'lesson.overfit': 'エポック{n}から過学習が始まっています',
    'lesson.test': 'テスト：{values}',
    'lesson.empty': 'データが指定されていません。src か data を指定してください。',
  },
});
