import { type Context, context as contextApi, SpanKind } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import type { CallStart } from "../core/call-start.ts";
import { ModelCall } from "../core/model-call.ts";
import { type ContentAttributes, Operation } from "../core/operation.ts";
import { arrayOf, isObject, type JsonObject, objectOf, parsedOf, stringOf } from "../core/read.ts";
import { type AgentContext, getAgent, getModelRun, setAgent, setTool, type ModelRun } from "../core/run-context.ts";
import { toolStart } from "../core/tool-start.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { lcMessages } from "./lc-messages.ts";
import { modelAnswer, modelStart } from "./model-run.ts";

/** A run that LangChain told of and that is not over. */
interface Run {
  /** In which what it does is done. */
  readonly context: Context;
  readonly operation?: Operation;
  readonly model?: PendingModel;
  /** The node of a graph that it is. */
  readonly node?: string;
}

/** A call to a model. Its span is made when it is over, and only if no layer below has made one. */
interface PendingModel {
  readonly start: CallStart;
  readonly startedMs: number;
  readonly mark: ModelRun | undefined;
  firstTokenMs: number | undefined;
}

/** Runs that nobody ends, as of a process that lives long, must not be kept for ever. */
const maxRuns = 10_000;

/**
 * LangChain's callbacks as spans: agents and graphs, their nodes, tools, retrievers, and calls to models that nothing below records. Other runnables (prompts,
 * parsers, sequences) have none: what is below them belongs to what is above. Its methods are called by LangChain, and never throw.
 */
export class RunHandler {
  readonly name = "genscope";
  /** Called in place, so that what is active is what is active in the run. */
  readonly awaitHandlers = true;
  readonly raiseError = false;
  readonly ignoreLLM = false;
  readonly ignoreChain = false;
  /** Tools go by this name, too. */
  readonly ignoreAgent = false;
  readonly ignoreRetriever = false;
  readonly ignoreCustomEvent = true;
  readonly #telemetry: Telemetry;
  readonly #runs = new Map<string, Run>();

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry;
  }

  /** The context of a run, for what is done in it. */
  contextOf(runId: unknown): Context | undefined {
    return typeof runId === "string" ? this.#runs.get(runId)?.context : undefined;
  }

  /** As LangChain's own handlers have it, who copies them. */
  copy(): this {
    return this;
  }

  handleChainStart(
    serialized: unknown,
    inputs: unknown,
    runId: string,
    parentRunId?: string,
    tags?: unknown,
    metadata?: unknown,
    _runType?: unknown,
    runName?: string,
  ): void {
    guard("starting a chain", () => {
      this.#startChain(serialized, inputs, runId, parentRunId, objectOf(metadata), arrayOf(tags), stringOf(runName));
    });
  }

  handleChainEnd(outputs: unknown, runId: string): void {
    guard("ending a chain", () =>
      this.#end(runId, (operation, run) =>
        operation.end(handoffOf(outputs, run.node), () => messagesOf("gen_ai.output.messages", outputs)),
      ),
    );
  }

  handleChainError(error: unknown, runId: string): void {
    guard("failing a chain", () =>
      this.#end(runId, (operation) => {
        // a graph that waits for somebody, or hands over, throws and has not failed
        if (isObject(error) && error["is_bubble_up"] === true) operation.end();
        else operation.fail(error);
      }),
    );
  }

  handleToolStart(
    serialized: unknown,
    input: unknown,
    runId: string,
    parentRunId?: string,
    _tags?: unknown,
    _metadata?: unknown,
    runName?: string,
    toolCallId?: string,
  ): void {
    guard("starting a tool", () => {
      const about = objectOf(serialized);
      const name = stringOf(runName) ?? stringOf(about["name"]) ?? arrayOf(about["id"]).map(String).at(-1) ?? "tool";
      const parent = this.#parentOf(parentRunId);
      const run = { name, callId: stringOf(toolCallId), input: () => argumentsOf(input) };
      const operation = new Operation(this.#telemetry, toolStart(run, parent));
      this.#add(runId, { operation, context: setTool(operation.context, { span: operation.span, name }) });
    });
  }

  handleToolEnd(output: unknown, runId: string): void {
    guard("ending a tool", () =>
      this.#end(runId, (operation, { context }) => {
        const message = isObject(output) ? output : {};
        const handoff = handoffOf(output, getAgent(context)?.name ?? "");
        const content = (): ContentAttributes => {
          // one that hands over has the state of the graph for a result
          if (handoff["genscope.handoff.to"] !== undefined) return {};
          const said = message["content"] ?? output;
          return { "gen_ai.tool.call.result": isObject(said) ? said : { output: said } };
        };
        if (message["status"] === "error") operation.endAsFailure("tool_error", "", content);
        else operation.end(handoff, content);
      }),
    );
  }

  handleToolError(error: unknown, runId: string): void {
    this.handleChainError(error, runId);
  }

  handleRetrieverStart(
    serialized: unknown,
    query: string,
    runId: string,
    parentRunId?: string,
    _tags?: unknown,
    _metadata?: unknown,
    runName?: string,
  ): void {
    guard("starting a retriever", () => {
      const name = stringOf(runName) ?? arrayOf(objectOf(serialized)["id"]).map(String).at(-1) ?? "retriever";
      const operation = new Operation(this.#telemetry, {
        name: `retrieval ${name}`,
        kind: SpanKind.CLIENT,
        attributes: { "gen_ai.operation.name": "retrieval", "gen_ai.data_source.id": name },
        parent: this.#parentOf(parentRunId),
        content: () => ({ "gen_ai.retrieval.query.text": query }),
      });
      this.#add(runId, { operation, context: operation.context });
    });
  }

  handleRetrieverEnd(documents: unknown, runId: string): void {
    guard("ending a retriever", () =>
      this.#end(runId, (operation) =>
        operation.end({ "genscope.retrieval.count": arrayOf(documents).length }, () => ({
          "gen_ai.retrieval.documents": arrayOf(documents).filter(isObject).map(documentOf),
        })),
      ),
    );
  }

  handleRetrieverError(error: unknown, runId: string): void {
    this.handleChainError(error, runId);
  }

  handleChatModelStart(
    model: unknown,
    messages: unknown,
    runId: string,
    parentRunId?: string,
    extra?: unknown,
    _tags?: unknown,
    metadata?: unknown,
  ): void {
    guard("starting a model", () =>
      this.#startModel(runId, parentRunId, modelStart(model, extra, metadata, arrayOf(messages)[0])),
    );
  }

  handleLLMStart(
    model: unknown,
    prompts: unknown,
    runId: string,
    parentRunId?: string,
    extra?: unknown,
    _tags?: unknown,
    metadata?: unknown,
  ): void {
    guard("starting a model", () => this.#startModel(runId, parentRunId, modelStart(model, extra, metadata, prompts)));
  }

  handleLLMNewToken(_token: unknown, _index: unknown, runId: string): void {
    const model = this.#runs.get(runId)?.model;
    if (model !== undefined) model.firstTokenMs ??= performance.now();
  }

  /** The stream of the call with this mark is read no further. */
  leave(mark: ModelRun | undefined): void {
    guard("leaving a model", () => {
      const [runId] = [...this.#runs].find(([, { model }]) => model !== undefined && model.mark === mark) ?? [];
      if (runId !== undefined) this.#endModel(runId, (call) => call.end());
    });
  }

  handleLLMEnd(output: unknown, runId: string): void {
    guard("ending a model", () => this.#endModel(runId, (call) => call.end(modelAnswer(output))));
  }

  handleLLMError(error: unknown, runId: string): void {
    guard("failing a model", () => this.#endModel(runId, (call) => call.fail(error)));
  }

  #startChain(
    serialized: unknown,
    inputs: unknown,
    runId: string,
    parentRunId: string | undefined,
    metadata: JsonObject,
    tags: readonly unknown[],
    runName: string | undefined,
  ): void {
    const parent = this.#parentOf(parentRunId);
    const path = arrayOf(objectOf(serialized)["id"]).map(String);
    const name = runName ?? path.at(-1) ?? "chain";
    // not what a graph writes with
    const isGraph = path[0] === "langgraph" && path[1] === "pregel";
    // one of several agents is a graph that is run as the node of its name
    const isAgent = isGraph && (metadata["lc_agent_name"] === name || metadata["langgraph_node"] === name);
    const isHidden = tags.includes("langsmith:hidden");
    const isNode = metadata["langgraph_node"] === name && !isHidden;
    if (!isGraph && !isNode && parentRunId !== undefined) {
      this.#add(runId, { context: parent });
      return;
    }
    if (isNode && !isGraph) {
      const operation = new Operation(this.#telemetry, {
        name,
        kind: SpanKind.INTERNAL,
        attributes: { "genscope.task.name": name },
        parent,
      });
      this.#add(runId, { operation, context: operation.context, node: name });
      return;
    }
    const subject = { "gen_ai.agent.name": name };
    const kind =
      isAgent || metadata["ls_integration"] === "langchain_create_agent" ? "invoke_agent" : "invoke_workflow";
    const operation = new Operation(this.#telemetry, {
      name: `${kind} ${name}`,
      kind: SpanKind.INTERNAL,
      attributes: {
        "gen_ai.operation.name": kind,
        ...subject,
        // the thread that a checkpointer keeps
        "gen_ai.conversation.id": stringOf(metadata["thread_id"]),
      },
      parent,
      content: () => messagesOf("gen_ai.input.messages", inputs),
      duration: { metric: "gen_ai.invoke_agent.duration", attributes: () => subject },
    });
    const agent: AgentContext = { name, inferenceCalls: 0, toolCalls: 0 };
    this.#add(runId, { operation, context: setAgent(operation.context, agent) });
  }

  #startModel(runId: string, parentRunId: string | undefined, start: CallStart): void {
    const mark = getModelRun(contextApi.active());
    const model = { start, startedMs: performance.now(), mark, firstTokenMs: undefined };
    this.#add(runId, { context: this.#parentOf(parentRunId), model });
  }

  #endModel(runId: string, end: (call: ModelCall) => void): void {
    const run = this.#runs.get(runId);
    this.#runs.delete(runId);
    const model = run?.model;
    if (run === undefined || model === undefined || model.mark?.recorded === true) return;
    const { start, startedMs, firstTokenMs } = model;
    const first =
      firstTokenMs === undefined
        ? {}
        : { "gen_ai.response.time_to_first_chunk": (firstTokenMs - startedMs) / 1000, "gen_ai.request.stream": true };
    const attributes = { ...start.attributes, ...first };
    end(contextApi.with(run.context, () => new ModelCall(this.#telemetry, { ...start, attributes, startedMs })));
  }

  #parentOf(parentRunId: string | undefined): Context {
    return this.contextOf(parentRunId) ?? contextApi.active();
  }

  #add(runId: string, run: Run): void {
    if (this.#runs.size >= maxRuns) {
      const [oldest] = this.#runs.keys();
      if (oldest !== undefined) this.#end(oldest, (operation) => operation.end());
    }
    this.#runs.set(runId, run);
  }

  #end(runId: string, end: (operation: Operation, run: Run) => void): void {
    const run = this.#runs.get(runId);
    this.#runs.delete(runId);
    if (run?.operation !== undefined) end(run.operation, run);
  }
}

/** To whom a tool or a node hands over: LangGraph's command to go to another node. `from`: who does, `undefined` for what hands nothing over. */
function handoffOf(output: unknown, from: string | undefined): Readonly<Record<string, unknown>> {
  if (from === undefined) return {};
  const commands = (Array.isArray(output) ? output : [output]).filter(isObject).filter(isCommand);
  const to = commands
    .flatMap(({ goto }) => (Array.isArray(goto) ? goto : [goto]))
    .map((where: unknown) => stringOf(where) ?? stringOf(objectOf(where)["node"]))
    .filter((where) => where !== undefined && where !== "__end__");
  if (to.length === 0) return {};
  return { "genscope.handoff.from": from === "" ? undefined : from, "genscope.handoff.to": to.join(", ") };
}

function isCommand(value: JsonObject): boolean {
  return value["lg_name"] === "Command";
}

/** The messages of a graph's state; whatever else goes in or comes out is taken as one. */
function messagesOf(attribute: "gen_ai.input.messages" | "gen_ai.output.messages", value: unknown): ContentAttributes {
  const state = objectOf(value);
  const role = attribute === "gen_ai.input.messages" ? "user" : "assistant";
  if (Array.isArray(state["messages"])) {
    const messages = lcMessages(state["messages"]);
    return { [attribute]: role === "assistant" ? messages.slice(-1) : messages };
  }
  const said = state["output"] ?? state["input"] ?? value;
  const part = typeof said === "string" ? { type: "text", content: said } : { type: "generic", content: said };
  return { [attribute]: [{ role, parts: [part] }] };
}

/** Arguments come as text, JSON where they are several. */
function argumentsOf(input: unknown): unknown {
  const value = parsedOf(input);
  return isObject(value) ? value : { input: value };
}

function documentOf(document: JsonObject): Readonly<Record<string, unknown>> {
  const metadata = objectOf(document["metadata"]);
  const id = document["id"] ?? metadata["id"];
  const score = metadata["score"] ?? metadata["_distance"];
  return {
    ...(id === undefined || id === null ? {} : { id: typeof id === "string" ? id : JSON.stringify(id) }),
    ...(typeof score === "number" ? { score } : {}),
    content: document["pageContent"],
  };
}
