import { openJournal } from "./open-journal.ts";
import { journalContract } from "./testing/journal-contract.ts";

journalContract("segment files", (options) => openJournal(options));
journalContract("segment files, synced to the disk, uncached", (options) =>
  openJournal({ ...options, durability: "disk", cacheBytes: 0 }),
);
