import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Directory of the built UI. */
export const webRoot: string = join(dirname(fileURLToPath(import.meta.resolve("@genscope/web/package.json"))), "dist");
