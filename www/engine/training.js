// @ts-check
/** One fit in the worker: slices of training with a look at the mailbox between them. */

/** Milliseconds of training between two looks: well under the 100 ms promised to Pause and Stop. */
const SLICE = 25;

export class Training {
  #fit;
  #outside;
  #hooks;
  #stopped = false;
  /** @type {Promise<void> | undefined} */
  #pause;
  #resume = () => {};

  /**
   * @param {import('./types').Session} session
   * @param {number} fit id of the fit in the session
   * @param {string[]} hooks names of the hooks that the page wants to be asked
   * @param {object} outside
   * @param {(event: import('./types').FitEvent) => void} outside.tell passes an event on
   * @param {(name: string, args: any[]) => Promise<boolean>} outside.ask runs the page's hooks; true: stop
   * @param {() => Promise<void>} outside.rest lets waiting messages in
   */
  constructor(session, fit, hooks, outside) {
    this.session = session;
    this.#fit = fit;
    this.#hooks = new Set(hooks);
    this.#outside = outside;
  }

  pause() {
    this.#pause ??= new Promise((resolve) => { this.#resume = resolve; });
  }

  resume() {
    this.#pause = undefined;
    this.#resume();
  }

  /** Ends training at the next step; a paused one too. */
  stop() {
    if (!this.#stopped) this.session.fit_stop(this.#fit);
    this.#stopped = true;
    this.resume();
  }

  /**
   * Trains to the end.
   * @param {number} firstEpoch
   * @returns {Promise<import('./types').FitEnd>}
   */
  async run(firstEpoch) {
    // With a hook per batch a slice is one step, so that each hook is awaited before the next step.
    const milliseconds = this.#hooks.has('onBatchEnd') ? 0 : SLICE;
    const untilEpochEnd = this.#hooks.has('onEpochEnd') || this.#hooks.has('onEpochBegin');
    try {
      await this.#ask('onTrainBegin');
      await this.#ask('onEpochBegin', firstEpoch);
      for (;;) {
        await this.#pause;
        const { events, done } = this.session.fit_run(this.#fit, milliseconds, untilEpochEnd);
        for (const event of events) await this.#pass(event, done);
        const end = events.at(-1);
        if (done && end?.type === 'end') {
          this.#stopped = true;
          await this.#ask('onTrainEnd', end.history);
          return end;
        }
        await this.#outside.rest();
      }
    } finally {
      this.session.fit_drop(this.#fit);
    }
  }

  /** @param {import('./types').FitEvent} event @param {boolean} done */
  async #pass(event, done) {
    this.#outside.tell(event);
    if (event.type === 'batch') await this.#ask('onBatchEnd', event.batch, event.logs);
    if (event.type === 'epoch') {
      await this.#ask('onEpochEnd', event.epoch, event.logs);
      if (!done && !this.#stopped) await this.#ask('onEpochBegin', event.epoch + 1);
    }
  }

  /** @param {string} name @param {any[]} args */
  async #ask(name, ...args) {
    if (this.#hooks.has(name) && await this.#outside.ask(name, args)) this.stop();
  }
}
