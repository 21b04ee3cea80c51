// @ts-check
/** One fit in the worker: slices of training with a look at the mailbox between them. */

/** Milliseconds of training between two looks: well under the 100 ms promised to Pause and Stop. */
const SLICE = 25;

export class Training {
  #fit;
  #outside;
  #stopped = false;
  /** @type {Promise<void> | undefined} */
  #pause;
  #resume = () => {};

  /**
   * @param {import('./types').Session} session
   * @param {number} fit id of the fit in the session
   * @param {object} outside
   * @param {(event: import('./types').FitEvent) => void} outside.tell passes an event on
   * @param {(ask: import('./types').Ask) => Promise<import('./types').Answer>} outside.ask runs the page's hook
   * @param {() => Promise<void>} outside.rest lets waiting messages in
   */
  constructor(session, fit, outside) {
    this.session = session;
    this.#fit = fit;
    this.#outside = outside;
  }

  pause() {
    this.#pause ??= new Promise((resolve) => { this.#resume = resolve; });
  }

  resume() {
    this.#pause = undefined;
    this.#resume();
  }

  /** Ends training at the next step, within an epoch if need be; a paused one too. */
  stop() {
    if (!this.#stopped) this.session.fit_stop(this.#fit);
    this.#stopped = true;
    this.resume();
  }

  /**
   * Trains to the end.
   * @returns {Promise<import('./types').FitEnd>}
   */
  async run() {
    try {
      for (;;) {
        const end = await this.#slice(performance.now() + SLICE);
        if (end) return end;
        await this.#outside.rest();
      }
    } finally {
      this.session.fit_drop(this.#fit);
    }
  }

  /** Trains until the time is up; hooks of the page are awaited meanwhile. @param {number} deadline */
  async #slice(deadline) {
    for (;;) {
      await this.#pause;
      const left = Math.max(0, deadline - performance.now());
      const { events, done, ask } = this.session.fit_run(this.#fit, left);
      for (const event of events) this.#outside.tell(event);
      if (!ask) return done ? /** @type {import('./types').FitEnd} */ (events.at(-1)) : undefined;
      const { stop, logs } = await this.#outside.ask(ask);
      this.session.fit_answer(this.#fit, stop, logs);
    }
  }
}
