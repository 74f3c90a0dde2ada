import assert from "node:assert/strict";
import { test } from "node:test";
import { firstTraceSnippets } from "./first-trace-snippets.ts";

test("every language is given this server's endpoint", () => {
  const snippets = firstTraceSnippets("http://10.0.0.7:14318");
  for (const id of ["node", "python", "curl"]) {
    assert.match(snippets.find((snippet) => snippet.id === id)?.text ?? "", /http:\/\/10\.0\.0\.7:14318/);
  }
});

test("the body of the curl line is JSON once the shell has filled in ids and times", () => {
  const text = firstTraceSnippets("http://x")[2]?.text ?? "";
  const body = text
    .slice(text.indexOf("-d '") + 4, -1)
    .replaceAll(/'\$\(openssl rand -hex (\d+)\)'/g, (_, bytes: string) => "ab".repeat(Number(bytes)))
    .replaceAll("'$(date +%s)'", "1795444265");
  const request = JSON.parse(body);
  const span = request.resourceSpans[0].scopeSpans[0].spans[0];
  assert.match(span.traceId, /^[0-9a-f]{32}$/);
  assert.match(span.spanId, /^[0-9a-f]{16}$/);
  assert.ok(BigInt(span.endTimeUnixNano) > BigInt(span.startTimeUnixNano));
});
