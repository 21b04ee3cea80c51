// Native frameworks: a Python environment of the benchmark's own, and a process per framework.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fingerprint, once, root, run } from '../scripts/lib.mjs';

const FOLDER = `${root}/bench/native`;
const PYTHON = `${FOLDER}/venv/bin/python`;

/** What each framework needs, besides what all need. */
const REQUIREMENTS = {
  keras_jax: ['requirements.txt'],
  keras_tf: ['requirements.txt', 'requirements-tensorflow.txt'],
  torch: ['requirements.txt', 'requirements-torch.txt'],
};

/** Installs what a framework needs; throws where that fails. The Python to run it with. */
export async function prepareNative(name) {
  const files = REQUIREMENTS[name].map((file) => `bench/native/${file}`);
  await once(`${FOLDER}/venv/${name}.stamp`, fingerprint([], files), () => {
    run('python3', ['-m', 'venv', `${FOLDER}/venv`]);
    run(PYTHON, ['-m', 'pip', 'install', '-q', ...files.flatMap((file) => ['-r', `${root}/${file}`])]);
  });
  return PYTHON;
}

/** A framework in a process of its own, which is sent the workloads as JSON. */
export class NativeSystem {
  static async open(python, name, workloads, perUnit) {
    const system = new NativeSystem(python, name, workloads, perUnit);
    system.info = await system.answer();
    return system;
  }

  constructor(python, name, workloads, perUnit) {
    this.process = spawn(python, [`${FOLDER}/systems.py`, name], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.workloads = workloads;
    this.perUnit = perUnit;
    this.info = undefined;
  }

  async answer() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the process ended');
    const answer = JSON.parse(value);
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  async measure(name, epochs) {
    const workload = this.workloads[name];
    this.process.stdin.write(`${JSON.stringify({ name, workload, epochs })}\n`);
    const { ms } = await this.answer();
    return ms.map((time) => this.perUnit(workload, time));
  }

  /** Its data stay: they are few, and the process ends with the benchmark. */
  release() {}

  close() {
    this.process.stdin.end();
  }
}
