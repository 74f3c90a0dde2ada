import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { promisify } from "node:util";
import { JournalError } from "./journal-error.ts";
import { openJournal } from "./open-journal.ts";

const run = promisify(execFile);

/** Runs a shell script that may mount things: in a user and mount namespace of its own, which needs no privileges where the kernel lets users have them. */
function withMounts(script: string, args: readonly string[]): Promise<{ stdout: string }> {
  return run("unshare", ["--user", "--map-root-user", "--mount", "sh", "-ec", script, "sh", ...args]);
}

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "genscope-fs-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const mountsRefused = await withMounts("mount -t tmpfs tmpfs /mnt", []).then(
  () => false as const,
  () => "user namespaces with mounts are not allowed here",
);

describe("a journal on a bad file system", () => {
  it(
    "refuses while the disk is full, keeps what it acknowledged and nothing else, and recovers by itself",
    { skip: mountsRefused },
    async () => {
      const { stdout } = await withMounts(
        'mount -t tmpfs -o size=1m tmpfs "$1"; "$2" --conditions=@genscope/source "$3" "$1"',
        [dir, process.execPath, join(import.meta.dirname, "testing/full-disk-process.ts")],
      );
      const seen: unknown = JSON.parse(stdout);
      const refusal = {
        code: "disk-full",
        retryable: true,
        message: "the disk is full (ENOSPC): the record was not written",
      };
      assert.ok(typeof seen === "object" && seen !== null && "acceptedAfterCommit" in seen);
      const { acceptedAfterCommit, ...rest } = seen;
      assert.deepEqual(rest, {
        refusals: [refusal, refusal, refusal],
        isTruncatedBack: true,
        isEverythingKept: true,
      });
      assert.ok(Number(acceptedAfterCommit) > 0);
    },
  );

  it("says that the directory is read-only", { skip: mountsRefused }, async () => {
    const open = `import { openJournal } from ${JSON.stringify(join(import.meta.dirname, "open-journal.ts"))};
      const failure = await openJournal({ dir: process.argv[1] }).catch((error) => error);
      process.stdout.write(JSON.stringify([failure.code, failure.message]));`;
    const { stdout } = await withMounts(
      'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; "$2" --input-type=module --eval "$3" "$1"',
      [dir, process.execPath, open],
    );
    const [code, message]: unknown[] = JSON.parse(stdout);
    assert.equal(code, "unwritable");
    assert.match(String(message), /EROFS: read-only file system/);
  });

  it("says that a file is in the way of the directory", async () => {
    const file = join(dir, "file");
    await writeFile(file, "");
    await assert.rejects(
      openJournal({ dir: file }),
      (error) => error instanceof JournalError && error.code === "unwritable" && error.message.includes(file),
    );
  });
});
