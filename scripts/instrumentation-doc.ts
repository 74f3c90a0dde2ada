/** Writes docs/instrumentation.md from what the instrumentations' test programs emit. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { instrumentationDoc } from "../packages/instrumentation/src/testing/instrumentation-doc.ts";

writeFileSync(join(import.meta.dirname, "../docs/instrumentation.md"), await instrumentationDoc());
