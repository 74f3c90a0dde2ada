/**
 * Started as a process by tests that kill it: appends numbered records to the journal in argv[2], from number argv[3] on, up to 8 at a time, and prints
 * each number once its append has resolved.
 */
import { writeSync } from "node:fs";
import { openJournal } from "../open-journal.ts";
import { aRecord } from "./builders.ts";

const [dir = "", first = "0"] = process.argv.slice(2);
await using journal = await openJournal({ dir, segmentBytes: 100_000 });
writeSync(1, "open\n");
let next = Number(first);

async function appendForEver(): Promise<never> {
  for (;;) {
    const number = next++;
    await journal.append(aRecord(`${number}:`.padEnd(10 + ((number * 37) % 2000), "x")));
    writeSync(1, `${number}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, appendForEver));
