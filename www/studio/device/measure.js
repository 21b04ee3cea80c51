// @ts-check
/** The benchmark's workloads in an engine of their own, one after the other. */
import { perUnit, WORKLOADS } from '../../../bench/page/workloads.js';
import { prepare } from '../../../bench/page/engine.js';
import { Dojo } from '../../engine/dojo.js';

export { WORKLOADS };

/**
 * @typedef {keyof typeof WORKLOADS} Name
 * @typedef {{median_ms: number, best_ms: number} | {error: string}} Result
 */

/** Milliseconds that a workload trains in one turn, about, and how many turns. */
const TURN = 400;
const TURNS = 4;
/** A turn has at least two epochs, for a median, and no more than a slow clock needs. */
const [FEWEST, MOST] = [2, 500];

/**
 * Measures each workload; resolves with the engine's description.
 * @param {object} hear
 * @param {AbortSignal} hear.signal ends it, with what there is
 * @param {(name: Name, share: number) => void} hear.progress
 * @param {(name: Name, result: Result) => void} hear.result
 */
export async function measureAll({ signal, progress, result }) {
  const dojo = await Dojo.start();
  try {
    for (const name of /** @type {Name[]} */ (Object.keys(WORKLOADS))) {
      if (signal.aborted) break;
      progress(name, 0);
      const found = await measure(dojo, name, signal, (share) => progress(name, share)).catch((error) => ({ error: error.message }));
      if (found) result(name, found);
    }
    return dojo.info;
  } finally {
    await dojo.close();
  }
}

/**
 * Median and best milliseconds per step (or epoch); undefined where it was stopped.
 * @param {Dojo} dojo @param {Name} name @param {AbortSignal} signal @param {(share: number) => void} progress
 */
async function measure(dojo, name, signal, progress) {
  const workload = WORKLOADS[name];
  const { run, dispose } = await prepare(dojo, workload);
  const [first] = await run(1, signal);
  const epochs = Math.min(MOST, Math.max(FEWEST, Math.round(TURN / first)));
  const times = [];
  for (let turn = 0; turn < TURNS && !signal.aborted; turn++) {
    progress((turn + 1) / (TURNS + 1));
    times.push(...(await run(epochs, signal)));
  }
  await dispose();
  if (signal.aborted) return undefined;
  times.sort((a, b) => a - b);
  return { median_ms: perUnit(workload, times[Math.floor(times.length / 2)]), best_ms: perUnit(workload, times[0]) };
}

/** Whether a network is timed by the epoch. @param {Name} name */
export const isPerEpoch = (name) => Boolean(WORKLOADS[name].perEpoch);
