// The browser, and systems that live in tabs of it.
import { createRequire } from 'node:module';
import { browser } from '../scripts/setup.mjs';

/** Systems of the browser: module and threads. */
export const PAGES = {
  dojo: { system: 'dojo', threads: 2 },
  dojo_single: { system: 'dojo', threads: 1 },
  tfjs: { system: 'tfjs', threads: 2 },
  tfjs_single: { system: 'tfjs', threads: 1 },
  jaxjs: { system: 'jaxjs', threads: 1 },
};

/** Seconds after which a tab that does not answer counts as failed. */
const PATIENCE = 240;

export function launch() {
  const { chromium } = createRequire(new URL('../package.json', import.meta.url))('@playwright/test');
  const args = ['--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({ executablePath: browser().chrome, args });
}

/** Opens one of bench/page's pages and waits till its module has run. */
export async function open(context, address) {
  const page = await context.newPage();
  const failed = new Promise((_, reject) => page.once('pageerror', reject));
  failed.catch(() => {}); // once it is loaded, calls report what fails
  await page.goto(address);
  await Promise.race([page.waitForFunction('document.title === "loaded"'), failed]);
  return page;
}

/** What `expression` gives in a page in front, or an error once patience ends. */
export async function ask(page, expression) {
  await page.bringToFront();
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE} s`)), PATIENCE * 1000);
  });
  return Promise.race([page.evaluate(expression), limit]).finally(() => clearTimeout(timer));
}

/** A system in a tab of its own. */
export class PageSystem {
  static async open(context, address, { system, threads }) {
    const start = () => open(context, `${address}bench/page/?system=${system}&threads=${threads}`);
    const page = await start();
    return new PageSystem(start, page, await ask(page, 'ready()'));
  }

  constructor(start, page, info) {
    this.start = start;
    this.page = page;
    this.info = info;
  }

  /** Milliseconds per unit of each of some epochs. A tab that fails may be computing still: another takes its place. */
  async measure(name, epochs) {
    try {
      return await ask(this.page, `measure('${name}', ${epochs})`);
    } catch (error) {
      await this.page.close();
      this.page = await this.start();
      throw error;
    }
  }

  async release(name) {
    await this.page.evaluate(`release('${name}')`);
  }

  close() {
    return this.page.close();
  }
}
