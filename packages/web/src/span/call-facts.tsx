import { ArrowRight } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { formatCount } from "../format/count.ts";
import { formatDuration } from "../format/duration.ts";
import { visibleText } from "../format/visible-text.ts";
import type { FieldAnswer, readFields } from "./read-fields.ts";

/** Who was asked, who answered, and what it took: the facts of a call to a model. */
export function CallFacts({ fields }: { fields: ReturnType<typeof readFields> }): ReactElement | null {
  const requested = fields.get("requestModel");
  const answered = fields.get("responseModel");
  const seconds = Number(fields.get("timeToFirstChunkSeconds")?.text ?? Number.NaN);
  const facts: ReactElement[] = [];
  const fact = (label: string, answer: FieldAnswer | undefined, shown?: ReactNode): void => {
    if (answer === undefined) return;
    facts.push(
      <div key={label} className="flex min-w-0 items-baseline gap-1.5" title={answer.key}>
        <dt className="shrink-0 text-ink-3">{label}</dt>
        <dd className="num foreign min-w-0">{shown ?? visibleText(answer.text)}</dd>
      </div>,
    );
  };
  fact("Provider", fields.get("provider"));
  fact(
    "Model",
    requested ?? answered,
    requested !== undefined && answered !== undefined && requested.text !== answered.text ? (
      <span className="inline-flex flex-wrap items-baseline gap-x-1">
        {visibleText(requested.text)}
        <ArrowRight aria-label="answered by" size={11} className="self-center text-ink-3" />
        {visibleText(answered.text)}
      </span>
    ) : undefined,
  );
  fact("Cache read", fields.get("cacheReadTokens"), countText(fields.get("cacheReadTokens")));
  fact("Cache write", fields.get("cacheWriteTokens"), countText(fields.get("cacheWriteTokens")));
  fact("Reasoning", fields.get("reasoningTokens"), countText(fields.get("reasoningTokens")));
  fact(
    "First chunk",
    fields.get("timeToFirstChunkSeconds"),
    Number.isFinite(seconds) ? formatDuration(seconds * 1e9) : undefined,
  );
  fact("Agent", fields.get("agentName"));
  fact("Conversation", fields.get("conversationId"));
  fact("User", fields.get("userId"));
  return facts.length === 0 ? null : <dl className="flex flex-wrap gap-x-5 gap-y-1 text-xs">{facts}</dl>;
}

/** A token count in groups of three; what is no number as it came. */
function countText(answer: FieldAnswer | undefined): string | undefined {
  const value = Number(answer?.text ?? Number.NaN);
  return Number.isFinite(value) ? formatCount(value) : undefined;
}
