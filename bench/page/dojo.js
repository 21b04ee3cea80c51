// This project, through its public module.
import { prepare, prepareInference } from './engine.js';

export async function start({ threads }) {
  const { Dojo } = await import('/dist/embed/model-dojo.js');
  const dojo = await Dojo.start({ threads });
  return { info: dojo.info, prepare: (workload) => (workload.network ? prepareInference : prepare)(dojo, workload) };
}
