/** Writes docs/config.md from the table of settings. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configDoc } from "../packages/genscope/src/config-doc.ts";

writeFileSync(join(import.meta.dirname, "../docs/config.md"), configDoc());
