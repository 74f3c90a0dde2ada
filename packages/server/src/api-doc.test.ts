import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { Signal } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import { apiDoc, exampleIds } from "./api-doc.ts";
import type { ApiDocument } from "./api-doc.ts";
import { openTestServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

const run = promisify(execFile);
const hasCurl = await run("curl", ["--version"]).then(
  () => true,
  () => false,
);

describe("docs/api.md", () => {
  let genscope: TestServer;
  let written: string;
  before(async () => {
    genscope = await openTestServer();
    written = await readFile(new URL("../../../docs/api.md", import.meta.url), "utf8");
    await genscope.test.load(
      Signal.traces,
      aTraceRequest({ spans: [{ ...exampleIds, startTime: BigInt(Date.now()) * 1_000_000n }] }),
    );
  });
  after(() => genscope[Symbol.asyncDispose]());

  it("says what the OpenAPI document says", async () => {
    const document = (await (await genscope.get("/api/v1/openapi.json")).json()) as ApiDocument;
    assert.equal(written, apiDoc(document), "run `npm run docs`");
  });

  it("has examples that work", { skip: !hasCurl }, async () => {
    const blocks = Array.from(written.matchAll(/```sh\n(.*?)```/gs), ([, text]) => text!);
    const commands = blocks.flatMap((text) => text.split(/\n(?=curl)/)).map((text) => text.trim());
    assert.ok(commands.length >= 11);
    for (const command of commands) {
      assert.match(command, /^curl /);
      const isLive = command.includes("/live");
      const here = command
        .replaceAll("http://127.0.0.1:4319", `http://127.0.0.1:${genscope.server.port}`)
        .replace(/^curl/, "curl -sS --fail-with-body");
      // a stream has no end: its first event will do
      const { stdout } = await run("sh", ["-c", isLive ? `${here} | head -n 2` : here]);
      assert.notEqual(stdout, "", command);
      if (isLive) assert.match(stdout, /^event: status\ndata: \{/);
    }
  });
});
