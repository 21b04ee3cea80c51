// @ts-check
/** The same optimizer with a learning rate, or a schedule of it, divided by ten. */
import { classOf } from '../keras/objects.js';
import { entryOf } from '../keras/table.js';

/** @typedef {import('../types.js').KerasObject} KerasObject */

/** Arguments of schedules that are rates. */
const rates = ['initial_learning_rate', 'end_learning_rate', 'warmup_target', 'values'];

/** @param {KerasObject} optimizer @returns {any} a number, or a schedule */
const rateOf = ({ class_name: name, config }) =>
  config.learning_rate ?? entryOf('optimizers', classOf('optimizers', name))?.arguments.learning_rate ?? 0.001;

/** The rate that training begins with. @param {KerasObject} optimizer @returns {number} */
export function firstRate(optimizer) {
  const rate = rateOf(optimizer);
  return typeof rate === 'number' ? rate : rate.config.initial_learning_rate ?? rate.config.values?.[0];
}

/** @param {KerasObject} optimizer @returns {KerasObject} */
export function slower(optimizer) {
  const rate = rateOf(optimizer);
  const learning_rate = typeof rate === 'number' ? tenth(rate) : {
    ...rate, config: Object.fromEntries(Object.entries(rate.config).map(([key, value]) => [key, rates.includes(key) ? tenth(value) : value])),
  };
  return { ...optimizer, config: { ...optimizer.config, learning_rate } };
}

/** @param {any} value a rate, or several @returns {any} */
const tenth = (value) => (Array.isArray(value) ? value.map(tenth) : value && Number((value / 10).toPrecision(6)));
