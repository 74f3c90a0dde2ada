import { isMainThread } from "node:worker_threads";

/**
 * What V8 does by default suits a program whose data are in its heap. A collector's are beside it: buffers of requests, which are dead after milliseconds, and tables.
 *
 * A young generation of 4 MiB is enough for what is made per request; on a machine with much memory it would grow to 128 MiB under load. And buffers count towards the limit
 * at which the old generation is marked: as it is close above a small heap, some megabytes of them would have all of it marked several times a second.
 */
const flags = ["--max-semi-space-size=4", "--heap-growing-percent=300"];

/**
 * V8 takes these flags only when it starts: the process begins again with them, under the same id. Where that cannot be done (Windows, Node's permission model, a
 * parent that has a channel to it) it goes on as it is. Flags that somebody has given count more, coming later.
 */
export function restartWithFlags(): void {
  const { execPath, execArgv, argv, channel, platform, env, permission } = process;
  if (!isMainThread || platform === "win32" || channel != null) return;
  if (permission !== undefined && !permission.has("child")) return;
  if (flags.every((flag) => execArgv.includes(flag))) return;
  process.execve?.(execPath, [execPath, ...flags, ...execArgv, ...argv.slice(1)], env);
}
