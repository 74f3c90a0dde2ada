import type { ContentMessage, ContentPart } from "@genscope/semconv";

/** A message with each tool call's result beside the call. A result is then not told a second time. */
export interface PairedMessage extends Omit<ContentMessage, "parts"> {
  readonly parts: readonly (ContentPart & { readonly answer?: string })[];
}

/** Puts results with their calls by id. What cannot be paired stays where it is; a message left empty by it goes. */
export function pairToolResults(messages: readonly ContentMessage[]): PairedMessage[] {
  const called = new Set(
    messages.flatMap((message) =>
      message.parts.flatMap((part) => (part.type === "tool-call" && part.id !== "" ? [part.id] : [])),
    ),
  );
  const results = new Map<string, string>();
  for (const message of messages) {
    for (const part of message.parts) {
      if (part.type === "tool-result" && called.has(part.id) && !results.has(part.id))
        results.set(part.id, part.result);
    }
  }
  return messages.flatMap((message) => {
    const parts = message.parts.flatMap((part): PairedMessage["parts"] => {
      if (part.type === "tool-result") return results.get(part.id) === part.result ? [] : [part];
      const answer = part.type === "tool-call" ? results.get(part.id) : undefined;
      return [answer === undefined ? part : { ...part, answer }];
    });
    return parts.length === 0 && message.parts.length > 0 ? [] : [{ ...message, parts }];
  });
}

/** How many messages at the start to fold, so that a long history does not bury the turn it led to. The first stays: it instructs. */
export function foldedRange(count: number, most: number): { from: number; to: number } | undefined {
  return count <= most ? undefined : { from: 1, to: count - (most - 2) };
}
