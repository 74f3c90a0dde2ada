/**
 * Takes the pictures of docs/screenshots from a Genscope of its own, filled with made traces:
 * `node --conditions=@genscope/source scripts/screenshots.ts [name…]`
 */
import { mkdir, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { launchChromium, openPage, phone } from "../test/browser/chromium.ts";
import { startWebGenscope } from "../test/browser/web-genscope.ts";
import { brokenTrace, ragTrace, researchTrace, wideTrace, workload } from "../test/support/traces.ts";

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly dark?: boolean;
  readonly phone?: boolean;
  /** What must be there before the picture is taken. */
  readonly ready: (page: Page) => Promise<void>;
}

const folder = fileURLToPath(new URL("../docs/screenshots/", import.meta.url));
const wanted = process.argv.slice(2);
const now = Date.now();
const rag = ragTrace(1, now - 95_000);
const research = researchTrace(2, now - 180_000);
const broken = brokenTrace(3, now - 300_000);
const wide = wideTrace(6, now - 600_000, 10_000);

const list = (page: Page): Promise<void> => page.locator("[data-trace-id]").first().waitFor();
const spanBody = (page: Page): Promise<void> => page.getByTestId("span-body").locator(".prose").first().waitFor();
const tree = (page: Page): Promise<void> => page.getByRole("treegrid").getByRole("row").first().waitFor();

const empty: Picture = {
  name: "empty",
  path: "/",
  ready: (page) => page.getByText("Waiting for the first span…").waitFor(),
};
const pictures: readonly Picture[] = [
  { name: "list", path: "/", ready: list },
  { name: "list-dark", path: "/", dark: true, ready: list },
  { name: "list-phone", path: "/", phone: true, ready: list },
  { name: "trace-rag", path: `/trace/${rag.traceId}?span=${rag.ids["chat"]}`, ready: spanBody },
  { name: "trace-rag-documents", path: `/trace/${rag.traceId}?span=${rag.ids["retrieval"]}`, ready: spanBody },
  { name: "trace-agents", path: `/trace/${research.traceId}?span=${research.ids["paired"]}`, ready: spanBody },
  {
    name: "trace-agents-dark",
    path: `/trace/${research.traceId}?span=${research.ids["paired"]}`,
    dark: true,
    ready: spanBody,
  },
  { name: "trace-incomplete", path: `/trace/${broken.traceId}`, ready: tree },
  { name: "trace-10000-spans", path: `/trace/${wide.traceId}?find=upsert`, ready: tree },
  { name: "trace-phone", path: `/trace/${research.traceId}`, phone: true, ready: tree },
  {
    name: "span-phone",
    path: `/trace/${research.traceId}?span=${research.ids["paired"]}`,
    phone: true,
    ready: spanBody,
  },
  { name: "status", path: "/status", ready: (page) => page.getByRole("heading", { name: "On disk" }).waitFor() },
];

await mkdir(folder, { recursive: true });
await using genscope = await startWebGenscope();
const browser = await launchChromium();
try {
  await take(empty);
  await genscope.send(rag, research, broken, wide, ...workload(681, now - 900_000, 200));
  for (const picture of pictures) await take(picture);
} finally {
  await browser.close();
}

async function take(picture: Picture): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(picture.name)) return;
  await using opened = await openPage(browser, {
    ...(picture.phone === true ? phone : { viewport: { width: 1360, height: 850 } }),
    colorScheme: picture.dark === true ? "dark" : "light",
    reducedMotion: "reduce",
  });
  const { page, troubles } = opened;
  await page.goto(genscope.url + picture.path);
  await picture.ready(page);
  // Fonts and the last numbers arrive after what was waited for.
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(500);
  const path = `${folder}${picture.name}.png`;
  await page.screenshot({ path });
  const { size } = await stat(path);
  process.stdout.write(`${picture.name}.png ${Math.round(size / 1024)} KiB ${troubles.join("; ")}\n`);
}
