// This project, through its public module.
import { prepare } from './engine.js';

export async function start({ threads }) {
  const { Dojo } = await import('/dist/embed/model-dojo.js');
  const dojo = await Dojo.start({ threads });
  return { info: dojo.info, prepare: (workload) => prepare(dojo, workload) };
}
