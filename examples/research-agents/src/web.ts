import { setTimeout as sleep } from "node:timers/promises";

interface Page {
  readonly url: string;
  readonly title: string;
  readonly text: string;
}

/** The whole of a small web. Towns, offices and figures are made up. */
const pages: readonly Page[] = [
  {
    url: "https://transit.example/battery-buses",
    title: "Five winters with battery buses",
    text: "The town of Halmstedt runs 14 battery buses since 2021. A battery bus needs about 1.2 kilowatt hours per kilometre in summer and 1.7 in winter. The limit of battery buses is range: 220 kilometres on the coldest day. Depot charging costs the town 0.19 euros per kilowatt hour.",
  },
  {
    url: "https://energy.example/hydrogen-buses",
    title: "What hydrogen buses cost",
    text: "A hydrogen bus uses 8 kilograms of hydrogen for 100 kilometres. At 11 euros per kilogram, hydrogen buses cost three times as much to run as battery buses. Hydrogen buses drive 350 kilometres and refuel in ten minutes. The filling station is the limit: it costs two million euros and serves few small towns.",
  },
  {
    url: "https://council.example/bus-report",
    title: "Report to the council on bus fleets",
    text: "For a small town with routes below 200 kilometres a day, battery buses are the cheaper choice. Hydrogen buses pay off where routes are long and a filling station is near. Maintenance of battery buses costs a third less than that of diesel buses.",
  },
  {
    url: "https://buildings.example/night-cooling",
    title: "Night cooling in offices",
    text: "Opening the windows of an office at night lowers its cooling energy by up to 30 percent. Night cooling needs nights below 20 degrees and heavy walls or floors. It costs little: window motors are about 400 euros each.",
  },
  {
    url: "https://shade.example/outside-blinds",
    title: "Blinds belong outside",
    text: "Outside blinds keep out 75 percent of the sun's heat, inside blinds only 25 percent. For a south-facing office, outside blinds cut cooling energy by 40 percent. Blinds cost 350 euros per window and are limited by wind.",
  },
  {
    url: "https://servers.example/warm-aisles",
    title: "Let the server room be warm",
    text: "Server rooms run safely at 27 degrees. Each degree more saves about 4 percent of the room's cooling energy. An office with its own server room often spends a third of its cooling energy there.",
  },
  {
    url: "https://rail.example/night-trains",
    title: "Why night trains are back",
    text: "A night train from Hamburg to Verona saves a hotel night and a morning. Night trains emit about a tenth of the carbon of a flight. Track charges at night are low, yet sleeping cars are scarce and cost three million euros each.",
  },
  {
    url: "https://travel.example/company-travel",
    title: "Company travel by night train",
    text: "One company moved 60 trips a year from planes to night trains. Night trains cost 25 euros more per trip than flights, and saved 40 hotel nights. The limit of night trains is booking: sleeping cars sell out six weeks ahead.",
  },
];

/** What the tools of one run reach. Its search and pages take their time; the first page read does not answer the first time. */
export interface Web {
  search(query: string): Promise<{ results: { title: string; url: string; snippet: string }[] }>;
  read(url: string): Promise<Page>;
}

export function createWeb(latencyMs: number): Web {
  let first: string | undefined;
  let attempts = 0;
  return {
    async search(query) {
      await sleep(latencyMs);
      const words = new Set(
        query
          .toLowerCase()
          .split(/\W+/u)
          .filter((word) => word.length > 3),
      );
      const score = ({ title, text }: Page): number =>
        `${title} ${text}`
          .toLowerCase()
          .split(/\W+/u)
          .filter((word) => words.has(word)).length;
      const results = pages
        .filter((page) => score(page) > 0)
        .toSorted((left, right) => score(right) - score(left))
        .slice(0, 3)
        .map(({ title, url, text }) => ({ title, url, snippet: text.slice(0, text.indexOf(". ") + 1) }));
      return { results };
    },
    async read(url) {
      first ??= url;
      if (url === first && attempts++ === 0) {
        await sleep(latencyMs * 3);
        throw new TimeoutError(`${new URL(url).hostname} did not answer in time`);
      }
      await sleep(latencyMs * 1.5);
      const page = pages.find((one) => one.url === url);
      if (page === undefined) throw new Error(`no page at ${url}`);
      return page;
    },
  };
}

class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}
