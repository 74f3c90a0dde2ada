import chromium from "@sparticuz/chromium";
import { chromium as playwright } from "playwright-core";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

/** Made for one page in a sandboxed function: one process for all, and rules switched off that a test of safety needs. */
const unwanted = /single-process|no-zygote|disable-web-security|insecure-content|site-isolation|IsolateOrigins/;

/** The Chromium that comes inside an npm package. */
export async function launchChromium(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args.filter((argument) => !unwanted.test(argument)),
    headless: true,
  });
}

/** A page that notes what went wrong in it. */
export interface TestPage extends AsyncDisposable {
  readonly page: Page;
  /** Uncaught errors, console errors and dialogs so far. */
  readonly troubles: readonly string[];
}

const contexts = new WeakMap<Browser, Map<string, Promise<BrowserContext>>>();

/** Opens a page. Pages of like options share a cache and what the browser remembers, unless it is to be `alone`. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
  alone = false,
): Promise<TestPage> {
  const known = contexts.get(browser) ?? new Map<string, Promise<BrowserContext>>();
  contexts.set(browser, known);
  const key = JSON.stringify(options);
  const create = (): Promise<BrowserContext> =>
    browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const opening = alone ? create() : (known.get(key) ?? create());
  if (!alone) known.set(key, opening);
  const context = await opening;
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, troubles, [Symbol.asyncDispose]: () => (alone ? context.close() : page.close()) };
}

export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};
