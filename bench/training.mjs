// Epochs of each workload by each system, in turns.
import { PageSystem, PAGES } from './pages.mjs';
import { NativeSystem, prepareNative } from './native.mjs';
import { INFERENCE, perUnit, units, WORKLOADS } from './page/workloads.js';

export const NATIVE = ['keras_tf', 'keras_jax'];
export const ALL = { ...WORKLOADS, ...INFERENCE };

/** Milliseconds that a system trains in one turn, about. */
const TURN = 400;
/** No turn has more epochs. */
const MOST = 200;
/** Seconds beyond which a measurement is not repeated. */
const SLOW = 20;

export const reason = (error) => String(error?.message ?? error).split('\n')[0].slice(0, 200);

/** Opens systems by name; one that does not start is an error in each workload's row. */
export async function openSystems(names, context, address, results) {
  const systems = {};
  for (const name of names) {
    try {
      systems[name] = name in PAGES
        ? await PageSystem.open(context, address, PAGES[name])
        : await NativeSystem.open(await prepareNative(name), name, ALL, perUnit);
      console.log(`${name}: ${JSON.stringify(systems[name].info)}`);
    } catch (error) {
      console.log(`${name}: ${reason(error)}`);
      for (const row of Object.values(results)) row[name] = { error: reason(error) };
    }
  }
  return systems;
}

/** One workload: each system warms up, then `rounds` times each takes its turn. Fills the workload's row. */
export async function compare(workload, systems, rounds, row) {
  const turns = {};
  const samples = {};
  for (let round = 0; round <= rounds; round++) {
    for (const [name, system] of Object.entries(systems)) {
      if (turns[name] === 0 || row[name]?.error) continue;
      try {
        const started = performance.now();
        const times = await system.measure(workload, turns[name] ?? 1);
        const slow = performance.now() - started > SLOW * 1000;
        // What is measured before a system is warm counts only where there will be nothing else.
        if (round > 0 || slow) (samples[name] ??= []).push(...times);
        if (slow) turns[name] = 0;
        turns[name] ??= Math.min(MOST, Math.max(1, Math.round(TURN / (times[0] * units(ALL[workload])))));
      } catch (error) {
        row[name] = { error: reason(error) };
      }
    }
  }
  for (const [name, system] of Object.entries(systems)) {
    if (row[name]?.error) continue;
    row[name] = summary(samples[name]);
    await system.release(workload);
  }
}

/** Median and best of some milliseconds. */
export function summary(milliseconds) {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  return { median_ms: sorted[Math.floor(sorted.length / 2)], best_ms: sorted[0] };
}
