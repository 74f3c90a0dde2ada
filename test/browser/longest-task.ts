import type { Page } from "playwright-core";

declare global {
  interface Window {
    longTasks?: { found: number[]; observer: PerformanceObserver };
  }
}

/** Milliseconds of the longest stretch in which the page could not answer while `act` ran; 0 if none exceeded 50 ms. */
export async function longestTask(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const found: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) found.push(entry.duration);
    });
    observer.observe({ type: "longtask", buffered: false });
    window.longTasks = { found, observer };
  });
  await act();
  return page.evaluate(async () => {
    // Two frames, so that what the last action caused is counted too.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const { found, observer } = window.longTasks!;
    for (const entry of observer.takeRecords()) found.push(entry.duration);
    observer.disconnect();
    return Math.max(0, ...found);
  });
}
