import { codeOf, messageOf } from "./error-facts.ts";

/**
 * Why the journal refused.
 *
 * - `journal-full`: the bound in bytes is reached; the message names the consumer that is behind.
 * - `disk-full`: the file system has no room (ENOSPC, EDQUOT).
 * - `unwritable`: the file system cannot be written to (EROFS, EACCES, EIO …).
 * - `too-large`: the record can never fit the bound.
 * - `locked`: another process has the directory.
 * - `unreadable`: stored bytes could not be read from the disk.
 * - `invalid`: the caller asked for something that makes no sense.
 * - `closed`: the journal was disposed.
 */
export type JournalErrorCode =
  | "journal-full"
  | "disk-full"
  | "unwritable"
  | "too-large"
  | "locked"
  | "unreadable"
  | "invalid"
  | "closed";

const retryableCodes: ReadonlySet<JournalErrorCode> = new Set(["journal-full", "disk-full", "unwritable", "closed"]);

export class JournalError extends Error {
  override readonly name: string = "JournalError";
  readonly code: JournalErrorCode;
  constructor(code: JournalErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }

  /** Whether the same append may succeed later with nothing changed by the caller. */
  get retryable(): boolean {
    return retryableCodes.has(this.code);
  }

  /** What a failed write means. An error that is a `JournalError` already is passed on. */
  static fromWrite(error: unknown, what: string): JournalError {
    if (error instanceof JournalError) return error;
    const code = codeOf(error);
    if (code === "ENOSPC" || code === "EDQUOT") {
      return new JournalError("disk-full", `the disk is full (${code}): ${what} was not written`, { cause: error });
    }
    return new JournalError("unwritable", `${what} was not written: ${messageOf(error)}`, { cause: error });
  }
}
