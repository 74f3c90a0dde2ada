import type {
  Response,
  ResponseFunctionToolCall,
  ResponseOutputMessage,
  ResponseStreamEvent,
} from "openai/resources/responses/responses";
import type { Reply } from "../brain/prompt.ts";
import { countPromptTokens, countReplyTokens } from "../brain/respond.ts";
import { tokens } from "../brain/text.ts";
import type { AnswerHead } from "./chat-completion.ts";
import type { ResponsesRequest } from "./responses-request.ts";

type OutputItem = ResponseOutputMessage | ResponseFunctionToolCall;
/** An event without the number that the stream gives it. */
type Unnumbered<Event> = Event extends { type: string; response: Response }
  ? { type: Event["type"]; response: WireResponse }
  : Event extends { sequence_number: number }
    ? Omit<Event, "sequence_number">
    : never;

function outputOf(reply: Reply, id: string): OutputItem[] {
  const status = reply.finishReason === "length" ? "incomplete" : "completed";
  if (reply.toolCalls.length === 0) {
    const content = [{ type: "output_text" as const, text: reply.text, annotations: [], logprobs: [] }];
    return [{ type: "message", id: `msg_${id}`, status, role: "assistant", content }];
  }
  return reply.toolCalls.map((call, index) => ({
    type: "function_call",
    id: `fc_${id}${index}`,
    call_id: call.id,
    name: call.name,
    arguments: call.arguments,
    status,
  }));
}

/** Parts of the request that the answer repeats as they came. */
type Repeated =
  | "instructions"
  | "max_output_tokens"
  | "metadata"
  | "previous_response_id"
  | "reasoning"
  | "temperature"
  | "text"
  | "tool_choice"
  | "tools"
  | "top_p";
/** What goes over the wire; `output_text` is put there by the clients. */
type WireResponse = Omit<Response, "output_text" | "access_programs" | Repeated> & Record<Repeated, unknown>;

/** The answer in one piece; `inProgress` gives it as it is before anything was said. */
export function response(request: ResponsesRequest, reply: Reply, head: AnswerHead, inProgress = false): WireResponse {
  const { prompt, sent } = request;
  const inputTokens = countPromptTokens(prompt.turns, prompt.tools);
  const outputTokens = countReplyTokens(reply);
  const cut = reply.finishReason === "length" && !inProgress;
  return {
    id: `resp_${head.id}`,
    object: "response",
    created_at: head.created,
    status: inProgress ? "in_progress" : cut ? "incomplete" : "completed",
    error: null,
    incomplete_details: cut ? { reason: "max_output_tokens" } : null,
    instructions: sent["instructions"] ?? null,
    max_output_tokens: sent["max_output_tokens"] ?? null,
    metadata: sent["metadata"] ?? {},
    model: prompt.model.snapshot,
    output: inProgress ? [] : outputOf(reply, head.id),
    parallel_tool_calls: prompt.parallelToolCalls,
    previous_response_id: sent["previous_response_id"] ?? null,
    reasoning: sent["reasoning"] ?? { effort: null, summary: null },
    service_tier: "default",
    temperature: sent["temperature"] ?? 1,
    text: sent["text"] ?? { format: { type: "text" } },
    tool_choice: sent["tool_choice"] ?? "auto",
    tools: sent["tools"] ?? [],
    top_p: sent["top_p"] ?? 1,
    truncation: "disabled",
    ...(inProgress
      ? {}
      : {
          usage: {
            input_tokens: inputTokens,
            input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
            output_tokens: outputTokens,
            output_tokens_details: { reasoning_tokens: reply.reasoningTokens },
            total_tokens: inputTokens + outputTokens,
          },
        }),
  };
}

function* itemEvents(
  item: OutputItem,
  outputIndex: number,
): Generator<Unnumbered<ResponseStreamEvent>, void, undefined> {
  const at = { output_index: outputIndex };
  if (item.type === "function_call") {
    const itemId = item.id ?? "";
    yield { type: "response.output_item.added", ...at, item: { ...item, arguments: "", status: "in_progress" } };
    for (const delta of tokens(item.arguments)) {
      yield { type: "response.function_call_arguments.delta", ...at, item_id: itemId, delta };
    }
    yield {
      type: "response.function_call_arguments.done",
      ...at,
      item_id: itemId,
      arguments: item.arguments,
    };
    yield { type: "response.output_item.done", ...at, item };
    return;
  }
  const [part] = item.content;
  if (part?.type !== "output_text") return;
  const place = { ...at, item_id: item.id, content_index: 0 };
  yield { type: "response.output_item.added", ...at, item: { ...item, content: [], status: "in_progress" } };
  yield { type: "response.content_part.added", ...place, part: { ...part, text: "" } };
  for (const delta of tokens(part.text)) yield { type: "response.output_text.delta", ...place, delta, logprobs: [] };
  yield { type: "response.output_text.done", ...place, text: part.text, logprobs: [] };
  yield { type: "response.content_part.done", ...place, part };
  yield { type: "response.output_item.done", ...at, item };
}

/** The answer as the events of a stream, numbered. */
export function* responseEvents(
  request: ResponsesRequest,
  reply: Reply,
  head: AnswerHead,
): Generator<Record<string, unknown> & { type: string }, void, undefined> {
  const before = response(request, reply, head, true);
  const after = response(request, reply, head);
  const events = function* (): Generator<Unnumbered<ResponseStreamEvent>, void, undefined> {
    yield { type: "response.created", response: before };
    yield { type: "response.in_progress", response: before };
    for (const [index, item] of outputOf(reply, head.id).entries()) yield* itemEvents(item, index);
    yield after.status === "incomplete"
      ? { type: "response.incomplete", response: after }
      : { type: "response.completed", response: after };
  };
  let number = 0;
  for (const event of events()) yield { ...event, sequence_number: number++ };
}
