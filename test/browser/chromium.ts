import chromium from "@sparticuz/chromium";
import { chromium as playwright } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

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

/** A page of its own, without memory of others, that notes what went wrong in it. */
export interface TestPage extends AsyncDisposable {
  readonly page: Page;
  /** Uncaught errors, console errors and dialogs so far. */
  readonly troubles: readonly string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<TestPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(8_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, troubles, [Symbol.asyncDispose]: () => context.close() };
}

export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};
