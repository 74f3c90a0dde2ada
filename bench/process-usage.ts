import { readFileSync } from "node:fs";

const clockTicksPerSecond = 100;

/** CPU seconds used so far, resident bytes now and at their highest, of a process (proc(5)). */
export function usage(pid: number): {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
} {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const bytesOf = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond,
    residentBytes: bytesOf("VmRSS"),
    peakBytes: bytesOf("VmHWM"),
  };
}

/** Processes started by one, and by those. */
export function children(pid: number): number[] {
  const direct = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean)
    .map(Number);
  return direct.flatMap((child) => [child, ...children(child)]);
}
