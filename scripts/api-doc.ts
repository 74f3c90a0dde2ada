/** Writes docs/api.md from the OpenAPI document of a running server. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiDoc } from "../packages/server/src/api-doc.ts";
import type { ApiDocument } from "../packages/server/src/api-doc.ts";
import { openTestServer } from "../packages/server/src/testing/test-server.ts";

await using genscope = await openTestServer();
const document = (await (await genscope.get("/api/v1/openapi.json")).json()) as ApiDocument;
writeFileSync(join(import.meta.dirname, "../docs/api.md"), apiDoc(document));
