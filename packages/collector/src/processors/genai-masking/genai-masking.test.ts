import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createMasker } from "@genscope/masking";
import { Edits, indexLogs, indexMetrics, indexTraces, protobufToJson, rewrite, Signal } from "@genscope/otlp";
import { aTraceRequest, encodeRequest } from "@genscope/otlp/testing";
import { plantedRequests } from "../../testing/planted-requests.ts";
import type { PlainAttributes } from "@genscope/otlp/testing";
import { parse } from "yaml";
import { createTelemetry } from "../../graph/telemetry.ts";
import type { Batch } from "../stateless.ts";
import { createMaskingRewriter } from "./masking-rewriter.ts";
import { isContentKey } from "./content-keys.ts";
import { createGenAiMasking, genAiMaskingComponent } from "./index.ts";
import type { GenAiMaskingConfig } from "./index.ts";

const address = "jo.doe@example.org";
const key = "0123456789abcdef0123456789abcdef";

function configOf(written: Record<string, unknown> = {}): GenAiMaskingConfig {
  return genAiMaskingComponent.config.parse(written) as GenAiMaskingConfig;
}

function batchOf(signal: Signal, bytes: Uint8Array): Batch {
  const edits = new Edits();
  if (signal === Signal.traces) return { signal: "traces", view: indexTraces(bytes), edits };
  if (signal === Signal.logs) return { signal: "logs", view: indexLogs(bytes), edits };
  return { signal: "metrics", view: indexMetrics(bytes), edits };
}

interface Masked {
  readonly bytes: Buffer;
  readonly json: string;
  readonly counts: Record<string, number>;
}

function mask(signal: Signal, request: Uint8Array, written: Record<string, unknown> = {}): Masked {
  const telemetry = createTelemetry();
  const processor = createGenAiMasking(configOf(written), { id: "genai_masking", telemetry, warn: () => {} });
  const bytes = Buffer.from(processor.process(batchOf(signal, request)) ?? request);
  const counts = Object.fromEntries(telemetry.read().map(({ labels, value }) => [labels["rule"]!, value as number]));
  return { bytes, json: Buffer.from(protobufToJson(signal, bytes)).toString(), counts };
}

function spanWith(attributes: PlainAttributes): Uint8Array {
  return aTraceRequest({ spans: [{ attributes }] });
}

function problems(written: Record<string, unknown>): readonly string[] {
  return genAiMaskingComponent.check!(configOf(written));
}

describe("genai_masking", () => {
  for (const { place, signal, request } of plantedRequests(() => address)) {
    it(`masks in ${place}`, () => {
      const { bytes, json, counts } = mask(signal, encodeRequest(signal, request));
      assert.ok(!bytes.includes("example.org"), json);
      assert.ok(bytes.includes("[EMAIL]"), json);
      assert.equal(counts["email"], 1);
    });
  }

  it("gives a batch back as it came where there is nothing to find", () => {
    const request = spanWith({ "gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 12345678 });
    const { bytes, counts } = mask(Signal.traces, request);
    assert.deepEqual(bytes, Buffer.from(request));
    assert.deepEqual(counts, {});
  });

  it("masks numbers that are cards, and what a name says is a secret", () => {
    const { json } = mask(
      Signal.traces,
      spanWith({ paid_with: 4242424242424242, "http.request.header.authorization": "Bearer abcdef1234567890" }),
    );
    assert.match(json, /\[CARD\]/);
    assert.match(json, /Bearer \[CREDENTIAL\]/);
  });

  it("counts what comes again, and remembers only what holds nothing", () => {
    const request = aTraceRequest({
      spans: [{ attributes: { a: address } }, { attributes: { a: address, b: "gpt-4o" } }],
    });
    assert.equal(mask(Signal.traces, request).counts["email"], 2);
  });

  it("follows the rules it is given", () => {
    const { json, counts } = mask(Signal.traces, spanWith({ note: `EMP-12345 wrote to ${address} and jo@acme.test` }), {
      rules: [{ name: "employee", pattern: "EMP-\\d{5}", action: "drop" }],
      allow: ["@acme.test"],
      actions: { email: "hash" },
      hmac_key: key,
    });
    assert.match(json, /"… wrote to \[EMAIL:[a-z2-7]+\] and jo@acme\.test"/);
    assert.deepEqual(counts, { email: 1, employee: 1 });
  });

  it("keeps no prompt or answer with content: hash, and equal ones stay equal", () => {
    const request = aTraceRequest({
      spans: [
        { attributes: { "gen_ai.input.messages": "same question", "gen_ai.request.model": "gpt-4o" } },
        { attributes: { "llm.input_messages.0.message.content": "same question", "gen_ai.tool.name": "weather" } },
      ],
    });
    const { json, counts } = mask(Signal.traces, request, { content: "hash", hmac_key: key });
    const hashes = json.match(/\[CONTENT:[^\]]+\]/g)!;
    assert.equal(hashes.length, 2);
    assert.equal(hashes[0], hashes[1]);
    assert.ok(!json.includes("question") && json.includes("gpt-4o") && json.includes("weather"));
    assert.equal(counts["content.hash"], 2);
  });

  it("leaves prompts and answers out with content: drop", () => {
    const attributes = { "gen_ai.output.messages": [{ content: "an answer" }], "gen_ai.prompt.0.content": "asked" };
    const { json } = mask(Signal.traces, spanWith({ ...attributes, kept: "yes" }), { content: "drop" });
    assert.ok(!json.includes("answer") && !json.includes("asked") && json.includes("kept"));
  });

  it("takes a prompt of ten megabytes", () => {
    const prompt = `${"All work and no play. ".repeat(480_000)} ${address}`;
    const { bytes } = mask(Signal.traces, spanWith({ "gen_ai.input.messages": prompt }));
    assert.ok(!bytes.includes("example.org"));
    assert.ok(bytes.includes("[EMAIL]"));
  });

  it("lets nothing through where masking fails", () => {
    const failing = { ...createMasker(), text: () => assert.fail("masking fails") };
    const rewriter = createMaskingRewriter(failing, "mask", () => {});
    assert.throws(() => rewrite(Signal.traces, spanWith({ a: address }), rewriter), /masking fails/);
    // the masker itself masks whole what it cannot look at
    const deep = `${"[".repeat(600)}"${address}"${"]".repeat(600)}`;
    assert.ok(!mask(Signal.traces, spanWith({ deep })).json.includes("example.org"));
  });

  it("takes the configuration that docs/masking.md shows", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../../../docs/masking.md"), "utf8");
    const shown = parse(/```yaml\n([^]*?)```/u.exec(page)![1]!) as { processors: { genai_masking: object } };
    assert.deepEqual(problems({ ...shown.processors.genai_masking, hmac_key: key }), []);
  });

  it("says what is wrong in its configuration", () => {
    assert.deepEqual(problems({}), []);
    assert.match(problems({ rules: [{ name: "x", pattern: "(?=a)" }] })[0]!, /masking rule "x": not an RE2 pattern/);
    assert.match(problems({ action: "hash" })[0]!, /needs a key/);
    assert.match(problems({ content: "hash" })[0]!, /'content: hash' needs an 'hmac_key'/);
    assert.match(problems({ actions: { nothing: "drop" } })[0]!, /no detector or rule/);
    assert.equal(genAiMaskingComponent.config.safeParse({ detectors: ["emails"] }).success, false);
  });

  it("knows what is content in every dialect, and what is not", () => {
    for (const name of [
      "gen_ai.system_instructions",
      "gen_ai.completion.1.content",
      "input.value",
      "traceloop.entity.output",
      "retrieval.documents.3.document.content",
      "genscope.input",
    ]) {
      assert.equal(isContentKey(name), true, name);
    }
    for (const name of ["gen_ai.request.model", "gen_ai.tool.name", "http.url", "gen_ai.request.temperature"]) {
      assert.equal(isContentKey(name), false, name);
    }
  });
});
