import assert from "node:assert/strict";
import { test } from "node:test";
import { readFields } from "./read-fields.ts";

test("the newest key wins, older dialects answer where it is missing, empty values are no answer", () => {
  const fields = readFields([
    { key: "gen_ai.system", value: { stringValue: "old" } },
    { key: "gen_ai.provider.name", value: { stringValue: "openai" } },
    { key: "llm.token_count.prompt", value: { intValue: "7" } },
    { key: "gen_ai.response.model", value: { stringValue: "" } },
  ]);
  assert.deepEqual(fields.get("provider"), { key: "gen_ai.provider.name", text: "openai" });
  assert.deepEqual(fields.get("inputTokens"), { key: "llm.token_count.prompt", text: "7" });
  assert.equal(fields.get("responseModel"), undefined);
});
