/** Traces as real systems write them, and traces as they should not be but are. */
import { TraceBuilder, type OtlpTraces } from "./trace-builder.ts";

export interface MadeTrace {
  readonly traceId: string;
  readonly spanCount: number;
  readonly request: OtlpTraces;
  /** Ids worth knowing, by what they are. */
  readonly ids: Readonly<Record<string, string>>;
}

function made(builder: TraceBuilder, ids: Record<string, string> = {}): MadeTrace {
  return { traceId: builder.traceId, spanCount: builder.spanCount, request: builder.build(), ids };
}

const documents = [
  {
    id: "handbook/refunds.md#3",
    title: "Refunds and returns",
    score: 0.912,
    content:
      "Customers may return **unused** items within **30 days** of delivery. Refunds go back to the original payment method within 5 working days of the item reaching our warehouse.",
  },
  {
    id: "handbook/refunds.md#4",
    title: "Refunds: opened items",
    score: 0.871,
    content:
      "Opened items can be returned within 14 days if all parts are complete. A restocking fee of 10 % applies to electronics.",
  },
  {
    id: "handbook/shipping.md#1",
    title: "Return shipping",
    score: 0.744,
    content: "We cover return shipping within the EU. Labels are issued through the account page under *Orders*.",
  },
  { id: "faq.md#12", title: "FAQ: gift cards", score: 0.512, content: "Gift cards cannot be refunded or exchanged." },
];

function text(content: string): object {
  return { type: "text", content };
}

const questions = [
  "Can I return headphones I have already opened?",
  "How long does a refund take?",
  "Who pays for return shipping?",
  "Can I exchange a gift card?",
];

/** A question answered from documents: request, embedding, search, rerank, streamed chat, formatting. */
export function ragTrace(seed: number, startMs: number, failing = false): MadeTrace {
  const t = new TraceBuilder(seed, startMs);
  const question = questions[seed % questions.length] ?? "";
  const slow = t.between(0.7, 1.7);
  const chatMs = failing ? 30_000 : 1_850 * slow;
  const searchAt = 146;
  const chatAt = searchAt + 250 * slow;
  const end = chatAt + chatMs;
  const root = t.span({
    name: "POST /api/ask",
    service: "support-api",
    kind: "server",
    at: 0,
    took: end + 34,
    attributes: {
      "http.request.method": "POST",
      "http.route": "/api/ask",
      "url.path": "/api/ask",
      "http.response.status_code": failing ? 504 : 200,
      "user.id": `customer-${4700 + (seed % 40)}`,
      "client.address": "10.2.0.19",
    },
    ...(failing && { error: "upstream timed out" }),
    scope: "@opentelemetry/instrumentation-http",
  });
  t.span({
    name: "SELECT customers",
    service: "support-api",
    parent: root,
    kind: "client",
    at: 6,
    took: 11,
    attributes: {
      "db.system.name": "postgresql",
      "db.query.text": "SELECT id, plan FROM customers WHERE id = $1",
      "db.operation.name": "SELECT",
    },
  });
  const pipeline = t.span({
    name: "answer_question",
    service: "support-api",
    parent: root,
    at: 21,
    took: end - 21,
    ...(failing && { error: "upstream timed out" }),
  });
  t.span({
    name: "embeddings text-embedding-3-small",
    service: "support-api",
    parent: pipeline,
    kind: "client",
    at: 28,
    took: 96 * slow,
    attributes: {
      "gen_ai.operation.name": "embeddings",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "text-embedding-3-small",
      "gen_ai.response.model": "text-embedding-3-small",
      "gen_ai.usage.input_tokens": 11,
      "gen_ai.embeddings.dimension.count": 1536,
    },
    scope: "@genscope/instrumentation-openai",
  });
  const retrieval = t.span({
    name: "retrieval handbook",
    service: "support-api",
    parent: pipeline,
    kind: "client",
    at: searchAt,
    took: 92 * slow,
    attributes: {
      "gen_ai.operation.name": "retrieval",
      "gen_ai.data_source.id": "handbook",
      "gen_ai.retrieval.query.text": question,
      "gen_ai.retrieval.documents": documents,
    },
  });
  t.span({
    name: "POST /collections/handbook/points/search",
    service: "vector-store",
    parent: retrieval,
    kind: "server",
    at: searchAt + 9,
    took: 70 * slow,
    attributes: { "http.request.method": "POST", "http.route": "/collections/{name}/points/search" },
  });
  t.span({
    name: "rerank rerank-v3.5",
    service: "support-api",
    parent: pipeline,
    kind: "client",
    at: searchAt + 96 * slow,
    took: 120 * slow,
    attributes: {
      "gen_ai.operation.name": "rerank",
      "gen_ai.provider.name": "cohere",
      "gen_ai.request.model": "rerank-v3.5",
    },
  });
  t.span({ name: "build_prompt", service: "support-api", parent: pipeline, at: chatAt - 9, took: 4 });
  const chat = t.span({
    name: "chat gpt-5-mini",
    service: "support-api",
    parent: pipeline,
    kind: "client",
    at: chatAt,
    took: chatMs,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-5-mini",
      "gen_ai.request.temperature": 0.2,
      "gen_ai.request.max_tokens": 600,
      "gen_ai.request.stream": true,
      "gen_ai.conversation.id": `conv-${seed}`,
      "gen_ai.system_instructions": [
        {
          type: "text",
          content:
            "You answer customers of a web shop. Use only the passages given. If they do not answer the question, say so. Keep it under 120 words and quote the passage you rely on.",
        },
      ],
      "gen_ai.input.messages": [
        {
          role: "user",
          parts: [
            {
              type: "text",
              content: `${question}\n\nPassages:\n${documents.map((d, i) => `[${i + 1}] ${d.content}`).join("\n")}`,
            },
          ],
        },
      ],
      ...(failing
        ? { "error.type": "timeout" }
        : {
            "gen_ai.response.model": "gpt-5-mini-2026-08-04",
            "gen_ai.response.id": "chatcmpl-B1x9",
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.response.time_to_first_chunk": 0.412,
            "gen_ai.usage.input_tokens": 412 + (seed % 90),
            "gen_ai.usage.output_tokens": 118 + (seed % 40),
            "gen_ai.output.messages": [
              {
                role: "assistant",
                finish_reason: "stop",
                parts: [
                  {
                    type: "text",
                    content:
                      "Yes. **Opened** items can be returned within **14 days** of delivery as long as all parts are complete:\n\n- electronics carry a *restocking fee of 10 %*\n- return shipping within the EU is on us; the label is under **Orders**\n\n> “Opened items can be returned within 14 days if all parts are complete.” [2]\n\n| Condition | Window | Fee |\n| --- | --- | --- |\n| Unused | 30 days | none |\n| Opened | 14 days | 10 % |",
                  },
                ],
              },
            ],
          }),
    },
    ...(failing && {
      error: "Request timed out after 30000 ms",
      events: [
        {
          name: "exception",
          at: end,
          attributes: {
            "exception.type": "APIConnectionTimeoutError",
            "exception.message": "Request timed out after 30000 ms",
            "exception.stacktrace":
              "APIConnectionTimeoutError: Request timed out\n    at OpenAI.makeRequest (client.js:412:13)\n    at async answer (answer.js:88:20)",
          },
        },
      ],
    }),
    scope: "@genscope/instrumentation-openai",
  });
  if (!failing) {
    t.span({ name: "format_answer", service: "support-api", parent: root, at: end + 3, took: 22 });
  }
  return made(t, { root, retrieval, chat });
}

/** A coordinator that plans, two agents that search and write, a tool that fails and is tried again, a handoff. */
export function researchTrace(seed: number, startMs: number): MadeTrace {
  const t = new TraceBuilder(seed, startMs);
  const service = "research-crew";
  const root = t.span({
    name: "invoke_workflow market-brief",
    service,
    at: 0,
    took: 41_200,
    ok: true,
    attributes: { "gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "market-brief" },
  });
  const chatSpan = (
    parent: string,
    at: number,
    took: number,
    model: string,
    tokens: [number, number],
    messages: object[],
    answer: object,
  ): string =>
    t.span({
      name: `chat ${model}`,
      service,
      parent,
      kind: "client",
      at,
      took,
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": model.startsWith("claude") ? "anthropic" : "openai",
        "gen_ai.request.model": model,
        "gen_ai.response.model": model,
        "gen_ai.request.temperature": 0.4,
        "gen_ai.usage.input_tokens": tokens[0],
        "gen_ai.usage.output_tokens": tokens[1],
        "gen_ai.input.messages": messages,
        "gen_ai.output.messages": [answer],
      },
      scope: "@genscope/instrumentation-anthropic",
    });
  const tool = (
    parent: string,
    at: number,
    took: number,
    name: string,
    callId: string,
    args: object,
    result: object | string,
    error?: string,
  ): string =>
    t.span({
      name: `execute_tool ${name}`,
      service,
      parent,
      at,
      took,
      attributes: {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": callId,
        "gen_ai.tool.call.arguments": args,
        ...(error === undefined ? { "gen_ai.tool.call.result": result } : { "error.type": "HTTPError" }),
      },
      ...(error !== undefined && {
        error,
        events: [
          {
            name: "exception",
            at: at + took,
            attributes: { "exception.type": "HTTPError", "exception.message": error },
          },
        ],
      }),
    });
  const ask = {
    role: "user",
    parts: [text("Write a one-page brief on battery recycling capacity in the EU for 2027.")],
  };
  const system = {
    role: "system",
    parts: [text("You coordinate a small research team. Plan first, then delegate; never invent sources.")],
  };
  const plan = {
    role: "assistant",
    finish_reason: "stop",
    parts: [
      text(
        "**Plan**\n\n1. *Scout* collects capacity figures and announced plants\n2. *Scout* checks regulation dates\n3. *Writer* drafts the brief with a table and sources",
      ),
    ],
  };
  const coordinator = t.span({
    name: "invoke_agent Coordinator",
    service,
    parent: root,
    at: 12,
    took: 4_300,
    attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "Coordinator" },
  });
  chatSpan(coordinator, 40, 4_180, "claude-sonnet-5", [612, 148], [system, ask], plan);

  const scout = t.span({
    name: "invoke_agent Scout",
    service,
    parent: root,
    at: 4_340,
    took: 21_500,
    attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "Scout" },
  });
  const call1 = {
    role: "assistant",
    finish_reason: "tool_calls",
    parts: [
      { type: "reasoning", content: "I need capacity per plant. Search first, then open the agency's register." },
      {
        type: "tool_call",
        id: "call_1",
        name: "web_search",
        arguments: { query: "EU battery recycling capacity 2027 tonnes" },
      },
      { type: "tool_call", id: "call_2", name: "fetch_page", arguments: { url: "https://example.org/register" } },
    ],
  };
  const task = {
    role: "user",
    parts: [text("Collect capacity figures for EU battery recycling plants, with sources.")],
  };
  chatSpan(scout, 4_360, 3_100, "gpt-5", [1_840, 96], [task], call1);
  const found = {
    results: [
      { title: "Recyclers race to build capacity", url: "https://example.org/race", tonnes: 310_000 },
      { title: "Register of permitted plants", url: "https://example.org/register", tonnes: 284_000 },
    ],
  };
  tool(scout, 7_480, 1_240, "web_search", "call_1", { query: "EU battery recycling capacity 2027 tonnes" }, found);
  const failed = tool(
    scout,
    7_490,
    5_000,
    "fetch_page",
    "call_2",
    { url: "https://example.org/register" },
    "",
    "503 Service Unavailable: the register is under maintenance",
  );
  tool(
    scout,
    13_500,
    2_150,
    "fetch_page",
    "call_2",
    { url: "https://example.org/register", retry: 1 },
    "Permitted plants (2026-09): Hamburg 40 kt, Dunkerque 55 kt, Skellefteå 125 kt, Tarragona 30 kt …",
  );
  const results = {
    role: "tool",
    parts: [
      { type: "tool_call_response", id: "call_1", response: found },
      {
        type: "tool_call_response",
        id: "call_2",
        response: "Permitted plants (2026-09): Hamburg 40 kt, Dunkerque 55 kt, Skellefteå 125 kt, Tarragona 30 kt …",
      },
    ],
  };
  const findings = {
    role: "assistant",
    finish_reason: "stop",
    parts: [text("Four permitted plants add up to **250 kt/a**; announced capacity is 310 kt/a by 2027.")],
  };
  const paired = chatSpan(scout, 15_700, 4_600, "gpt-5", [4_210, 322], [task, call1, results], findings);
  t.span({
    name: "retrieval regulations",
    service,
    parent: scout,
    kind: "client",
    at: 20_350,
    took: 640,
    attributes: {
      "gen_ai.operation.name": "retrieval",
      "gen_ai.data_source.id": "regulations",
      "gen_ai.retrieval.query.text": "Battery Regulation recycling efficiency targets",
      "gen_ai.retrieval.documents": [
        {
          id: "2023/1542#71",
          title: "Article 71",
          score: 0.83,
          content: "Recycling efficiency targets from 31 December 2027…",
        },
        { id: "2023/1542#8", title: "Article 8", score: 0.61, content: "Recycled content in batteries…" },
      ],
    },
  });
  chatSpan(scout, 21_050, 4_700, "gpt-5", [5_020, 410], [task, call1, results, findings], {
    role: "assistant",
    finish_reason: "stop",
    parts: [text("Handing over to Writer with five sources.")],
  });
  t.span({
    name: "handoff Scout → Writer",
    service,
    parent: root,
    at: 25_850,
    took: 18,
    attributes: { "gen_ai.agent.name": "Writer" },
  });
  const writer = t.span({
    name: "invoke_agent Writer",
    service,
    parent: root,
    at: 25_880,
    took: 15_200,
    attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "Writer" },
  });
  chatSpan(writer, 25_900, 9_800, "claude-sonnet-5", [6_240, 1_120], [system, ask], {
    role: "assistant",
    finish_reason: "stop",
    parts: [
      text(
        "# EU battery recycling in 2027\n\nCapacity will pass **300 kt a year**, three quarters of it in four plants…",
      ),
    ],
  });
  tool(writer, 35_760, 90, "calculate", "call_7", { expression: "40 + 55 + 125 + 30" }, { value: 250 });
  chatSpan(writer, 35_900, 4_900, "claude-sonnet-5", [7_480, 240], [system, ask], {
    role: "assistant",
    finish_reason: "stop",
    parts: [text("Checked: the sum is 250 kt. Brief is final.")],
  });
  t.span({
    name: "evaluate groundedness",
    service,
    parent: root,
    at: 41_090,
    took: 95,
    attributes: { "gen_ai.operation.name": "evaluate", "gen_ai.evaluation.name": "groundedness" },
  });
  return made(t, { root, failed, paired });
}

/** One run with very many spans: batches of document chunks, each embedded and written. */
export function wideTrace(seed: number, startMs: number, spans: number): MadeTrace {
  const t = new TraceBuilder(seed, startMs);
  const root = t.span({ name: "ingest_corpus", service: "indexer", at: 0, took: spans * 1.5 + 20 });
  let batch = root;
  let failed = "";
  for (let i = 1; i < spans; i++) {
    const at = i * 1.5;
    if (i % 50 === 1) {
      batch = t.span({ name: `batch ${Math.ceil(i / 50)}`, service: "indexer", parent: root, at, took: 74 });
    } else if (i % 3 === 0) {
      t.span({
        name: "embeddings text-embedding-3-small",
        service: "indexer",
        parent: batch,
        kind: "client",
        at,
        took: t.between(2, 20),
        attributes: {
          "gen_ai.operation.name": "embeddings",
          "gen_ai.request.model": "text-embedding-3-small",
          "gen_ai.usage.input_tokens": 200 + (i % 60),
        },
      });
    } else if (i % 997 === 1) {
      failed = t.span({
        name: "upsert points",
        service: "vector-store",
        parent: batch,
        at,
        took: 5,
        error: "write conflict",
      });
    } else {
      t.span({
        name: i % 3 === 1 ? "split document" : "upsert points",
        service: i % 3 === 1 ? "indexer" : "vector-store",
        parent: batch,
        at,
        took: t.between(0.4, 9),
      });
    }
  }
  return made(t, { root, failed });
}

/** Levels below one another, as a recursive agent leaves them. */
export function deepTrace(seed: number, startMs: number, levels: number): MadeTrace {
  const t = new TraceBuilder(seed, startMs);
  let parent: string | undefined;
  let deepest = "";
  for (let level = 0; level < levels; level++) {
    deepest = t.span({
      name: `plan step ${level}`,
      service: "planner",
      ...(parent !== undefined && { parent }),
      at: level * 2,
      took: (levels - level) * 8,
    });
    parent = deepest;
  }
  return made(t, { deepest });
}

/** Its root was sampled away, two of its parents never came, a third of its spans have another clock, one is still running. */
export function brokenTrace(seed: number, startMs: number): MadeTrace {
  const t = new TraceBuilder(seed, startMs);
  const lost = t.hex(8);
  const consumer = t.span({
    name: "consume orders",
    service: "worker",
    parent: lost,
    kind: "consumer",
    at: 0,
    took: 420,
  });
  t.span({ name: "publish invoice", service: "worker", parent: lost, kind: "producer", at: 430, took: 60 });
  const call = t.span({ name: "charge card", service: "worker", parent: consumer, kind: "client", at: 60, took: 300 });
  const skewed = t.span({
    name: "POST /charges",
    service: "payments",
    parent: call,
    kind: "server",
    at: -140,
    took: 210,
  });
  const orphan = t.span({ name: "audit", service: "audit", parent: t.hex(8), at: 200, took: 80 });
  const running = t.span({ name: "wait for settlement", service: "worker", parent: consumer, at: 380 });
  return made(t, { consumer, skewed, orphan, running });
}

/** A trace as a tail sampler that keeps a tenth puts it out. */
export function sampledTrace(seed: number, startMs: number): MadeTrace {
  const t = new TraceBuilder(seed, startMs);
  const root = t.hex(8);
  const attributes = [
    { key: "tailsampling.policy", value: { stringValue: "share" } },
    { key: "tailsampling.probability", value: { doubleValue: 0.1 } },
  ];
  const span = {
    traceId: t.traceId,
    spanId: root,
    traceState: "ot=th:e666",
    name: "answer",
    kind: 1,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + 20}000000`,
  };
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "sampled" } }] };
  const scopeSpans = [{ scope: { name: "chat", attributes }, spans: [span] }];
  return { traceId: t.traceId, spanCount: 1, request: { resourceSpans: [{ resource, scopeSpans }] }, ids: { root } };
}

export const hostileScript = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';

/** HTML, script, control characters and endless words wherever text can stand. */
export function hostileTrace(seed: number, startMs: number): MadeTrace {
  const t = new TraceBuilder(seed, startMs);
  const markdown = `${hostileScript}\n\n[click](javascript:window.pwned=1) ![pixel](https://attacker.invalid/p.png) <iframe src="javascript:window.pwned=1"></iframe>\n\n\`\`\`html\n${hostileScript}\n\`\`\``;
  const root = t.span({
    name: `${hostileScript} ${"x".repeat(4_000)}`,
    service: `svc ${hostileScript}`,
    at: 0,
    took: 100,
    error: `failed: ${hostileScript}`,
    attributes: {
      [`key ${hostileScript}`]: hostileScript,
      "rtl.name": "invoice\u202Efdp.exe",
      __proto__: hostileScript,
      "long.word": "y".repeat(20_000),
    },
    events: [
      {
        name: hostileScript,
        at: 50,
        attributes: {
          "exception.type": hostileScript,
          "exception.message": hostileScript,
          "exception.stacktrace": hostileScript,
        },
      },
    ],
  });
  const chat = t.span({
    name: `chat ${hostileScript}`,
    service: `svc ${hostileScript}`,
    parent: root,
    kind: "client",
    at: 10,
    took: 60,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": hostileScript,
      "gen_ai.provider.name": hostileScript,
      "gen_ai.input.messages": [
        { role: `user ${hostileScript}`, parts: [{ type: "text", content: markdown }] },
        {
          role: "assistant",
          parts: [{ type: "tool_call", id: hostileScript, name: hostileScript, arguments: { html: hostileScript } }],
        },
      ],
      "gen_ai.output.messages": [
        { role: "assistant", finish_reason: hostileScript, parts: [{ type: "text", content: markdown }] },
      ],
    },
  });
  return made(t, { root, chat });
}

/** A working day: many traces of a few kinds, spread over the hours before `nowMs`. */
export function workload(seed: number, nowMs: number, traces: number): MadeTrace[] {
  const t = new TraceBuilder(seed, nowMs);
  return Array.from({ length: traces }, (_, i) => {
    const age = (i / traces) ** 1.4 * 20 * 3_600_000 + 90_000 + t.between(0, 60_000);
    const startMs = Math.floor(nowMs - age);
    if (i % 9 === 4) return researchTrace(seed + i, startMs);
    if (i % 31 === 11) return brokenTrace(seed + i, startMs);
    return ragTrace(seed + i, startMs, i % 17 === 8);
  });
}

/** The same talk about the weather, as three libraries write it and as log records tell it. */
export function dialectsTrace(seed: number, startMs: number): MadeTrace {
  const t = new TraceBuilder(seed, startMs);
  const service = "weather-desk";
  const root = t.span({ name: "POST /weather", service, kind: "server", at: 0, took: 4_200 });
  const openllmetry = t.span({
    name: "openai.chat",
    service,
    parent: root,
    kind: "client",
    at: 20,
    took: 900,
    scope: "@traceloop/instrumentation-openai",
    attributes: {
      "llm.request.type": "chat",
      "gen_ai.system": "openai",
      "gen_ai.request.model": "gpt-5-mini",
      "gen_ai.request.temperature": 0.2,
      "gen_ai.response.model": "gpt-5-mini-2025-08-07",
      "gen_ai.prompt.0.role": "system",
      "gen_ai.prompt.0.content": "You are the weather desk. Use the tools before you answer.",
      "gen_ai.prompt.1.role": "user",
      "gen_ai.prompt.1.content": "Do I need an umbrella in Oslo tomorrow?",
      "gen_ai.completion.0.role": "assistant",
      "gen_ai.completion.0.finish_reason": "tool_calls",
      "gen_ai.completion.0.tool_calls.0.id": "call_7Hq",
      "gen_ai.completion.0.tool_calls.0.name": "get_forecast",
      "gen_ai.completion.0.tool_calls.0.arguments": '{"city":"Oslo","days":1}',
      "llm.request.functions.0.name": "get_forecast",
      "llm.request.functions.0.description": "Forecast for a city",
      "llm.request.functions.0.parameters": '{"type":"object","properties":{"city":{"type":"string"}}}',
      "gen_ai.usage.prompt_tokens": 64,
      "gen_ai.usage.completion_tokens": 18,
      "traceloop.workflow.name": "weather",
    },
  });
  const openinference = t.span({
    name: "ChatCompletion",
    service,
    parent: root,
    at: 1_000,
    took: 1_100,
    scope: "@arizeai/openinference-instrumentation-openai",
    attributes: {
      "openinference.span.kind": "LLM",
      "llm.model_name": "gpt-5-mini",
      "llm.invocation_parameters": '{"model":"gpt-5-mini","temperature":0.2}',
      "input.value": '{"messages":[{"role":"user","content":"Do I need an umbrella in Oslo tomorrow?"}]}',
      "input.mime_type": "application/json",
      "llm.input_messages.0.message.role": "user",
      "llm.input_messages.0.message.content": "Do I need an umbrella in Oslo tomorrow?",
      "llm.input_messages.1.message.role": "assistant",
      "llm.input_messages.1.message.tool_calls.0.tool_call.id": "call_7Hq",
      "llm.input_messages.1.message.tool_calls.0.tool_call.function.name": "get_forecast",
      "llm.input_messages.1.message.tool_calls.0.tool_call.function.arguments": '{"city":"Oslo","days":1}',
      "llm.input_messages.2.message.role": "tool",
      "llm.input_messages.2.message.tool_call_id": "call_7Hq",
      "llm.input_messages.2.message.content": '{"rain_mm":11.5,"wind":"SW 7 m/s"}',
      "llm.output_messages.0.message.role": "assistant",
      "llm.output_messages.0.message.content": "Yes: **11.5 mm** of rain are expected.",
      "llm.token_count.prompt": 96,
      "llm.token_count.completion": 14,
    },
  });
  const aiSdk = t.span({
    name: "ai.generateText.doGenerate",
    service,
    parent: root,
    at: 2_200,
    took: 800,
    scope: "ai",
    attributes: {
      "ai.operationId": "ai.generateText.doGenerate",
      "ai.model.id": "gpt-5-mini",
      "ai.model.provider": "openai.responses",
      "ai.prompt.messages":
        '[{"role":"system","content":"Translate."},{"role":"user","content":[{"type":"text","text":"Take an umbrella."}]}]',
      "ai.response.reasoning": "The reader is Norwegian.",
      "ai.response.text": "Ta med paraply.",
      "ai.response.finishReason": "stop",
      "ai.settings.maxRetries": 2,
      "ai.usage.inputTokens": 31,
      "ai.usage.outputTokens": 6,
    },
  });
  const logged = t.span({
    name: "chat gpt-5-mini",
    service,
    parent: root,
    kind: "client",
    at: 3_100,
    took: 700,
    attributes: { "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-5-mini" },
    scope: "@opentelemetry/instrumentation-openai",
  });
  return made(t, { openllmetry, openinference, aiSdk, logged });
}

/** What `@opentelemetry/instrumentation-openai` says of a chat in log records, and one record of the app's own. */
export function loggedMessages(traceId: string, spanId: string, startMs: number): object {
  const record = (ms: number, eventName: string, body: object): object => ({
    timeUnixNano: `${startMs + ms}000000`,
    traceId,
    spanId,
    severityNumber: 9,
    severityText: "INFO",
    eventName,
    body,
  });
  return {
    resourceLogs: [
      {
        resource: { attributes: [{ key: "service.name", value: stringValue("weather-desk") }] },
        scopeLogs: [
          {
            scope: { name: "@opentelemetry/instrumentation-openai", version: "0.22.0" },
            logRecords: [
              record(1, "gen_ai.user.message", mapValue(["content", stringValue("Is it windy?")])),
              record(2, "", stringValue("cache miss")),
              record(
                3,
                "gen_ai.choice",
                mapValue(
                  ["index", { intValue: "0" }],
                  ["finish_reason", stringValue("stop")],
                  ["message", mapValue(["role", stringValue("assistant")], ["content", stringValue("Not today.")])],
                ),
              ),
            ],
          },
        ],
      },
    ],
  };
}

function stringValue(value: string): object {
  return { stringValue: value };
}

function mapValue(...pairs: [string, object][]): object {
  return { kvlistValue: { values: pairs.map(([key, value]) => ({ key, value })) } };
}
