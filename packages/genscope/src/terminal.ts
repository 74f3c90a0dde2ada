import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Colours text for a terminal; plain where the stream is not one, or NO_COLOR is set. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream });
}

/** An error meant for the person at the terminal: printed without a stack. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
}

/** Prints an error as one readable paragraph and makes the process exit with 1. `GENSCOPE_DEBUG=1` adds the stack. */
export function fail(error: unknown): void {
  const known = error instanceof Error;
  const message = known ? error.message : String(error);
  process.stderr.write(`${paint("red", "error", process.stderr)}  ${message}\n`);
  if (known && process.env["GENSCOPE_DEBUG"] === "1") process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
}

/** Tells the person at the terminal something, with the time. */
export function note(text: string): void {
  process.stderr.write(`  ${paint("dim", new Date().toLocaleTimeString("en-GB"), process.stderr)}  ${text}\n`);
}

/** Control (Cc) and format (Cf) characters: escape sequences, changes of direction, what cannot be seen. */
const unsafe = /[\p{Cc}\p{Cf}]/gu;

/** Text out of a trace made safe to print: control and direction characters, which could drive the terminal, become visible escapes. */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`);
}

/** `840 µs`, `12.3 ms`, `1.84 s`, `3 m 05 s` from nanoseconds. */
export function formatDuration(nanos: number): string {
  if (nanos < 1e6) return `${Math.round(nanos / 1e3)} µs`;
  if (nanos < 1e9) return `${(nanos / 1e6).toFixed(nanos < 1e7 ? 2 : nanos < 1e8 ? 1 : 0)} ms`;
  if (nanos < 60e9) return `${(nanos / 1e9).toFixed(2)} s`;
  const seconds = Math.round(nanos / 1e9);
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, "0")} s`;
}

/** `512 B`, `1.4 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `12,345`. */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US");
}
