import assert from "node:assert/strict";
import { test } from "node:test";
import { readSpanContent } from "@genscope/semconv";
import { readingSummary } from "./reading-summary.ts";

const text = (key: string, stringValue: string): { key: string; value: { stringValue: string } } => ({
  key,
  value: { stringValue },
});

test("the dialect most keys are written in comes first, and what could not be read is counted", () => {
  const { reading } = readSpanContent({
    type: "model",
    attributes: [
      text("gen_ai.request.model", "gpt-5"),
      text("llm.input_messages.0.message.role", "user"),
      text("llm.input_messages.0.message.content", "hi"),
      text("gen_ai.output.messages", "[cut off"),
    ],
    events: [],
    logs: [],
  });
  assert.deepEqual(readingSummary(reading), { names: ["OpenInference", "OpenTelemetry GenAI"], malformed: 1 });
});
