/** Writes docs/instrumentation.md from what the instrumentations' test programs emit. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkRecorded } from "../packages/instrumentation/src/testing/conformance.ts";
import {
  type CheckedProgram,
  instrumentationDoc,
} from "../packages/instrumentation/src/testing/instrumentation-doc.ts";
import { useAsyncContext } from "../packages/instrumentation/src/testing/recorder.ts";
import { loadPrograms } from "../packages/instrumentation/src/testing/test-program.ts";

useAsyncContext();
const checked: CheckedProgram[] = [];
for (const program of await loadPrograms()) {
  checked.push({ program, found: await checkRecorded(await program.run("both"), true) });
}
writeFileSync(join(import.meta.dirname, "../docs/instrumentation.md"), instrumentationDoc(checked));
