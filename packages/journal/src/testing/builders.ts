import type { JournalRecord } from "../journal.ts";

/** A record of one span's worth; the payload is `text`. */
export function aRecord(text = "payload", overrides: Partial<JournalRecord> = {}): JournalRecord {
  return { signal: 1, itemCount: 1, receivedAtMs: 1_795_000_000_000, payload: Buffer.from(text), ...overrides };
}

/** The payload of a record made by {@link aRecord}. */
export function textOf(record: JournalRecord): string {
  return new TextDecoder().decode(record.payload);
}
