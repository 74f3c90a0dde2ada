import { readdir, readFile, readlink } from "node:fs/promises";

/** A process as it stands in the process table. */
export interface ListeningProcess {
  readonly pid: number;
  /** Program and arguments. */
  readonly command: string;
}

/**
 * Who listens on a TCP port of this machine, for the message that it is taken. Undefined where that cannot be told:
 * on systems without Linux' `/proc`, or for another user's process. Never throws.
 */
export async function whoListens(port: number): Promise<ListeningProcess | undefined> {
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(readOrNothing));
  const inodes = new Set(tables.flatMap((table) => listeningInodes(table, port)));
  if (inodes.size === 0) return undefined;
  const names = await readdir("/proc").catch(() => []);
  for (const pid of names.filter((name) => /^\d+$/.test(name))) {
    if (!(await holdsSocket(pid, inodes))) continue;
    const command = (await readOrNothing(`/proc/${pid}/cmdline`)).replaceAll("\0", " ").trim();
    return { pid: Number(pid), command };
  }
  return undefined;
}

/** A row is `sl local_address rem_address st … inode`, numbers in hex; state 0A is LISTEN (proc(5)). */
function listeningInodes(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").flatMap((row) => {
    const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
    return state === "0A" && local?.endsWith(`:${hexPort}`) === true && inode !== undefined ? [inode] : [];
  });
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const each of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${each}`).catch(() => "");
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}

function readOrNothing(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
