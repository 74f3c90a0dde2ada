export type {
  Journal,
  JournalConsumer,
  JournalRecord,
  JournalStats,
  Position,
  ReadOptions,
  StoredRecord,
} from "./journal.ts";
export { JournalError } from "./journal-error.ts";
export type { JournalErrorCode } from "./journal-error.ts";
export { openJournal } from "./open-journal.ts";
export type { JournalOptions } from "./open-journal.ts";
