/**
 * Fixtures after what these write: `@traceloop/node-server-sdk` 0.27 and older Python releases; OpenInference's spec 0.1.46 with
 * `@arizeai/openinference-instrumentation-openai` 4.2; `ai` 4 to 6 with `experimental_telemetry`; `@langfuse/tracing` 5.11;
 * `langsmith` 0.10 (`experimental/otel`); MLflow 3 autologging; `pydantic-ai` 0.8 (instrumentation version 1) and 2.0 (version 5);
 * Logfire's `instrument_openai`.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ContentMessage } from "./content-model.ts";
import { readSpanContent } from "./read-span-content.ts";
import { aSpan } from "./spans.fixture.ts";

const roles = (messages: readonly ContentMessage[]): string[] => messages.map(({ role }) => role);
const partTypes = (message: ContentMessage | undefined): string[] | undefined => message?.parts.map(({ type }) => type);

describe("OpenLLMetry", () => {
  it("reads indexed prompts and completions in order of index, calls and results", () => {
    const content = readSpanContent(
      aSpan("model", {
        "llm.request.type": "chat",
        "gen_ai.prompt.10.role": "user",
        "gen_ai.prompt.10.content": "and now?",
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": "be brief",
        "gen_ai.prompt.2.role": "tool",
        "gen_ai.prompt.2.tool_call_id": "c0",
        "gen_ai.prompt.2.content": "rain",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.finish_reason": "tool_calls",
        "gen_ai.completion.0.tool_calls.0.id": "c1",
        "gen_ai.completion.0.tool_calls.0.name": "weather",
        "gen_ai.completion.0.tool_calls.0.arguments": '{"city":"Oslo"}',
        "llm.request.functions.0.name": "weather",
        "llm.request.functions.0.parameters": "{}",
        "gen_ai.usage.prompt_tokens": 21,
      }),
    );
    assert.deepEqual(roles(content.input), ["system", "tool", "user"]);
    assert.deepEqual(content.input[1]?.parts, [{ type: "tool-result", id: "c0", name: "", result: "rain" }]);
    assert.deepEqual(content.output, [
      {
        role: "assistant",
        finishReason: "tool_calls",
        parts: [{ type: "tool-call", id: "c1", name: "weather", arguments: '{"city":"Oslo"}' }],
      },
    ]);
    assert.equal(content.toolDefinitions[0]?.name, "weather");
    assert.equal(content.usage.get("inputTokens"), 21);
    assert.ok(content.reading.mapped.some(({ key, count }) => key === "gen_ai.prompt.*" && count === 7));
  });

  it("reads a tool's and a workflow's entity", () => {
    const attributes = { "traceloop.entity.input": '{"city":"Oslo"}', "traceloop.entity.output": '"rain"' };
    const tool = readSpanContent(aSpan("tool", attributes)).tool;
    assert.equal(tool?.arguments, '{"city":"Oslo"}');
    assert.equal(tool?.result, "rain");
    assert.equal(readSpanContent(aSpan("workflow", attributes)).value.output, "rain");
  });
});

describe("OpenInference", () => {
  it("reads messages with blocks and calls, and leaves the raw request aside", () => {
    const content = readSpanContent(
      aSpan("model", {
        "openinference.span.kind": "LLM",
        "llm.model_name": "gpt-5",
        "llm.invocation_parameters": '{"temperature":0.2,"model":"gpt-5"}',
        "input.value": '{"messages":[{"role":"user","content":"hi"}]}',
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.contents.0.message_content.type": "text",
        "llm.input_messages.0.message.contents.0.message_content.text": "what is it?",
        "llm.input_messages.0.message.contents.1.message_content.type": "image",
        "llm.input_messages.0.message.contents.1.message_content.image.image.url": "data:…",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "look",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{}",
        "llm.tools.0.tool.json_schema": '{"type":"function","function":{"name":"look"}}',
        "llm.token_count.prompt": 12,
      }),
    );
    assert.deepEqual(roles(content.input), ["user"]);
    assert.deepEqual(partTypes(content.input[0]), ["text", "other"]);
    assert.deepEqual(content.output[0]?.parts, [{ type: "tool-call", id: "c1", name: "look", arguments: "{}" }]);
    assert.equal(content.toolDefinitions[0]?.name, "look");
    assert.deepEqual(content.parameters[0], { key: "temperature", text: "0.2" });
    assert.deepEqual(
      content.reading.ignored.map(({ key, reason, by }) => [key, reason, by]),
      [["input.value", "superseded", "llm.input_messages.*"]],
    );
  });

  it("reads a retriever's query and documents, a reranker's, an embedding's texts, a tool's call", () => {
    const retriever = readSpanContent(
      aSpan("retrieval", {
        "input.value": "how?",
        "retrieval.documents.1.document.content": "two",
        "retrieval.documents.0.document.id": "a",
        "retrieval.documents.0.document.score": 0.5,
        "retrieval.documents.0.document.content": "one",
        "retrieval.documents.0.document.metadata": '{"source":"faq.md"}',
      }),
    );
    assert.equal(retriever.query, "how?");
    assert.deepEqual(retriever.documents, [
      { id: "a", title: "faq.md", score: 0.5, content: "one", metadata: '{\n  "source": "faq.md"\n}' },
      { content: "two" },
    ]);
    const reranker = readSpanContent(
      aSpan("rerank", {
        "reranker.query": "how?",
        "reranker.input_documents.0.document.content": "in",
        "reranker.output_documents.0.document.content": "out",
      }),
    );
    assert.deepEqual(reranker.documents, [{ content: "out" }]);
    const embedding = readSpanContent(
      aSpan("embedding", {
        "embedding.embeddings.0.embedding.text": "hello",
        "embedding.embeddings.0.embedding.vector": [0.1, 0.2],
      }),
    );
    assert.deepEqual(embedding.embedded, ["hello"]);
    const tool = readSpanContent(
      aSpan("tool", { "tool.name": "look", "input.value": '{"q":1}', "output.value": "found" }),
    );
    assert.deepEqual(tool.tool, {
      name: "look",
      id: "",
      description: undefined,
      arguments: '{"q":1}',
      result: "found",
    });
  });

  it("shows what went through a chain as it is", () => {
    const content = readSpanContent(aSpan("workflow", { "input.value": "question", "output.value": '{"answer":42}' }));
    assert.deepEqual(content.value, { input: "question", output: '{\n  "answer": 42\n}' });
  });
});

describe("Vercel AI SDK", () => {
  it("reads the messages of a call, its answer in its three keys, the tools offered", () => {
    const content = readSpanContent(
      aSpan("model", {
        "ai.operationId": "ai.streamText.doStream",
        "ai.prompt.messages": JSON.stringify([
          { role: "system", content: "be brief" },
          { role: "user", content: [{ type: "text", text: "weather?" }] },
          {
            role: "assistant",
            content: [{ type: "tool-call", toolCallId: "c0", toolName: "weather", input: { city: "Rom" } }],
          },
          {
            role: "tool",
            content: [
              { type: "tool-result", toolCallId: "c0", toolName: "weather", output: { type: "text", value: "sun" } },
            ],
          },
        ]),
        "ai.prompt.tools": ['{"type":"function","name":"weather"}'],
        "ai.response.reasoning": "hm",
        "ai.response.text": "Let me see.",
        "ai.response.toolCalls": '[{"toolCallId":"c1","toolName":"weather","input":{"city":"Oslo"}}]',
        "ai.response.finishReason": "tool-calls",
        "ai.settings.maxRetries": 2,
        "ai.usage.inputTokens": 9,
      }),
    );
    assert.deepEqual(roles(content.input), ["system", "user", "assistant", "tool"]);
    assert.deepEqual(content.input[3]?.parts, [{ type: "tool-result", id: "c0", name: "weather", result: "sun" }]);
    assert.deepEqual(partTypes(content.output[0]), ["reasoning", "text", "tool-call"]);
    assert.equal(content.output[0]?.finishReason, "tool-calls");
    assert.equal(content.toolDefinitions[0]?.name, "weather");
    assert.deepEqual(content.parameters, [{ key: "maxRetries", text: "2" }]);
    assert.equal(content.usage.get("inputTokens"), 9);
  });

  it("reads the outer span, a tool's call and an embedding", () => {
    const outer = readSpanContent(aSpan("workflow", { "ai.prompt": '{"system":"be brief","prompt":"hi"}' }));
    assert.deepEqual(
      outer.input.map(({ role, parts }) => [role, parts[0]]),
      [
        ["system", { type: "text", text: "be brief" }],
        ["user", { type: "text", text: "hi" }],
      ],
    );
    const tool = readSpanContent(
      aSpan("tool", {
        "ai.toolCall.name": "weather",
        "ai.toolCall.id": "c1",
        "ai.toolCall.args": '{"city":"Oslo"}',
        "ai.toolCall.result": '"rain"',
      }),
    );
    assert.deepEqual(tool.tool, {
      name: "weather",
      id: "c1",
      description: undefined,
      arguments: '{"city":"Oslo"}',
      result: "rain",
    });
    assert.deepEqual(readSpanContent(aSpan("embedding", { "ai.values": ['"a"', '"b"'] })).embedded, ["a", "b"]);
  });
});

/** A message as LangChain serialises it. */
function serialised(name: string, content: string): object {
  return { lc: 1, type: "constructor", id: ["langchain_core", "messages", name], kwargs: { content } };
}

describe("Langfuse, LangSmith, MLflow", () => {
  it("reads a Langfuse generation and tool", () => {
    const content = readSpanContent(
      aSpan("model", {
        "langfuse.observation.type": "generation",
        "langfuse.observation.input": '[{"role":"user","content":"hi"}]',
        "langfuse.observation.output": '{"role":"assistant","content":"ho"}',
        "langfuse.observation.model.parameters": '{"temperature":1}',
        "langfuse.observation.level": "DEFAULT",
      }),
    );
    assert.deepEqual(roles([...content.input, ...content.output]), ["user", "assistant"]);
    assert.deepEqual(content.parameters, [{ key: "temperature", text: "1" }]);
    assert.deepEqual(
      content.reading.ignored.map(({ key, reason }) => [key, reason]),
      [["langfuse.observation.level", "unknown"]],
    );
    const text = readSpanContent(aSpan("model", { "langfuse.observation.output": "plain" }));
    assert.deepEqual(text.output, [{ role: "assistant", parts: [{ type: "text", text: "plain" }] }]);
  });

  it("reads a LangSmith run: LangChain's batches, generations, documents", () => {
    const llm = readSpanContent(
      aSpan("model", {
        "langsmith.span.kind": "llm",
        "gen_ai.prompt": JSON.stringify({
          messages: [[serialised("SystemMessage", "s"), serialised("HumanMessage", "hi")]],
        }),
        "gen_ai.completion": JSON.stringify({
          generations: [[{ text: "ho", message: serialised("AIMessage", "ho") }]],
        }),
      }),
    );
    assert.deepEqual(roles(llm.input), ["system", "user"]);
    assert.deepEqual(llm.output, [{ role: "assistant", parts: [{ type: "text", text: "ho" }] }]);
    assert.ok(llm.reading.mapped.some(({ key, dialect }) => key === "gen_ai.prompt" && dialect === "langsmith"));
    const retriever = readSpanContent(
      aSpan("retrieval", {
        "langsmith.span.kind": "retriever",
        "gen_ai.prompt": '{"query":"how?"}',
        "gen_ai.completion": '{"documents":[{"page_content":"one","metadata":{"source":"a.md"},"type":"Document"}]}',
      }),
    );
    assert.equal(retriever.query, "how?");
    assert.equal(retriever.documents[0]?.content, "one");
    assert.equal(retriever.documents[0]?.title, "a.md");
  });

  it("reads MLflow's inputs and outputs by what the span is", () => {
    const chat = readSpanContent(
      aSpan("model", {
        "mlflow.spanType": '"CHAT_MODEL"',
        "mlflow.spanInputs": '{"model":"gpt-5","messages":[{"role":"user","content":"hi"}]}',
        "mlflow.spanOutputs": '{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"ho"}}]}',
      }),
    );
    assert.deepEqual(roles([...chat.input, ...chat.output]), ["user", "assistant"]);
    assert.equal(chat.output[0]?.finishReason, "stop");
    const tool = readSpanContent(aSpan("tool", { "mlflow.spanInputs": '{"a":1}', "mlflow.spanOutputs": "2" }));
    assert.deepEqual([tool.tool?.arguments, tool.tool?.result], ['{"a":1}', "2"]);
  });

  it("reads the Responses API as a library logs it", () => {
    const content = readSpanContent(
      aSpan("model", {
        "mlflow.spanInputs": '{"instructions":"be brief","input":[{"role":"user","content":"hi"}]}',
        "mlflow.spanOutputs": JSON.stringify({
          output: [
            { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] },
            { type: "function_call", call_id: "c1", name: "f", arguments: "{}" },
            { type: "message", role: "assistant", content: [{ type: "output_text", text: "ho" }] },
          ],
        }),
      }),
    );
    assert.deepEqual(roles(content.input), ["system", "user"]);
    assert.deepEqual(
      content.output.flatMap(({ parts }) => parts.map(({ type }) => type)),
      ["reasoning", "tool-call", "text"],
    );
  });
});

describe("Pydantic AI and Logfire", () => {
  it("reads version 1: events as a list in one attribute", () => {
    const content = readSpanContent(
      aSpan("model", {
        events: JSON.stringify([
          { "event.name": "gen_ai.system.message", role: "system", content: "be brief", "gen_ai.message.index": 0 },
          { "event.name": "gen_ai.user.message", role: "user", content: "hi" },
          {
            "event.name": "gen_ai.choice",
            index: 0,
            message: {
              role: "assistant",
              tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: { a: 1 } } }],
            },
          },
        ]),
        model_request_parameters: '{"function_tools":[{"name":"f"}]}',
      }),
    );
    assert.deepEqual(roles(content.input), ["system", "user"]);
    assert.deepEqual(partTypes(content.output[0]), ["tool-call"]);
    assert.equal(content.toolDefinitions[0]?.name, "f");
  });

  it("takes a list of events that are no messages for none of its business", () => {
    const content = readSpanContent(aSpan("internal", { events: '[{"content":"door opened"}]' }));
    assert.deepEqual([...content.input, ...content.output], []);
  });

  it("reads an agent's run in both versions: the last answer is the output", () => {
    const one = readSpanContent(
      aSpan("agent", {
        all_messages_events: JSON.stringify([
          { "event.name": "gen_ai.user.message", role: "user", content: "hi" },
          { "event.name": "gen_ai.assistant.message", role: "assistant", content: "ho" },
        ]),
        final_result: "ho",
      }),
    );
    const five = readSpanContent(
      aSpan("agent", {
        "pydantic_ai.all_messages": JSON.stringify([
          { role: "user", parts: [{ type: "text", content: "hi" }] },
          { role: "assistant", parts: [{ type: "text", content: "ho" }] },
        ]),
      }),
    );
    for (const content of [one, five]) {
      assert.deepEqual(roles(content.input), ["user"]);
      assert.deepEqual(content.output, [{ role: "assistant", parts: [{ type: "text", text: "ho" }] }]);
    }
  });

  it("reads a tool's run and Logfire's own request and response", () => {
    const tool = readSpanContent(
      aSpan("tool", { "gen_ai.tool.name": "f", tool_arguments: '{"a":1}', tool_response: "2" }),
    );
    assert.deepEqual([tool.tool?.arguments, tool.tool?.result], ['{"a":1}', "2"]);
    const call = readSpanContent(
      aSpan("model", {
        request_data: '{"messages":[{"role":"user","content":"hi"}],"model":"gpt-5"}',
        response_data: '{"message":{"role":"assistant","content":"ho"},"usage":null}',
      }),
    );
    assert.deepEqual(roles([...call.input, ...call.output]), ["user", "assistant"]);
  });
});
