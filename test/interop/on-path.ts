import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a program can be run by its name. */
export function isOnPath(command: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
