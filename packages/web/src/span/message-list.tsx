import type { ContentMessage } from "@genscope/semconv";
import { ChevronRight, CornerDownRight } from "lucide-react";
import { useState, type ReactElement } from "react";
import { plural } from "../format/count.ts";
import { visibleText } from "../format/visible-text.ts";
import { KindIcon } from "../kinds/kind-icon.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { foldedRange, pairToolResults, type PairedMessage } from "./chat.ts";
import { LongText, type TextMode } from "./long-text.tsx";

const mostUnfolded = 8;

/** Messages as they were said, in order; each tool call with its result. */
export function MessageList({ messages, mode }: { messages: readonly ContentMessage[]; mode: TextMode }): ReactElement {
  const [unfolded, setUnfolded] = useState(false);
  const paired = pairToolResults(messages);
  const fold = unfolded ? undefined : foldedRange(paired.length, mostUnfolded);
  return (
    <ol className="space-y-1">
      {paired.map((message, i) => {
        if (fold !== undefined && i === fold.from) {
          return (
            <li key="fold">
              <button
                type="button"
                className="my-1 flex h-8 w-full items-center justify-center rounded-md border border-dashed border-line-strong text-xs text-ink-2 hover:bg-hover"
                onClick={() => setUnfolded(true)}
              >
                Show {plural(fold.to - fold.from, "earlier message")}
              </button>
            </li>
          );
        }
        if (fold !== undefined && i > fold.from && i < fold.to) return null;
        // Messages have no identity but their place.
        return <Message key={i} message={message} mode={mode} />;
      })}
    </ol>
  );
}

const hues: Readonly<Record<string, string>> = {
  user: "var(--accent)",
  assistant: "var(--kind-model)",
  model: "var(--kind-model)",
  tool: "var(--kind-tool)",
};

function Message({ message, mode }: { message: PairedMessage; mode: TextMode }): ReactElement {
  const instructs = message.role === "system" || message.role === "developer";
  const [open, setOpen] = useState(!instructs || textLength(message) < 400);
  const hue = hues[message.role] ?? "var(--line-strong)";
  return (
    <li className="group relative border-l-2 py-1 pl-3" style={{ borderColor: hue }}>
      <div className="flex h-6 items-center gap-2">
        <button
          type="button"
          aria-expanded={open}
          className="flex min-w-0 items-center gap-1 text-xs font-semibold capitalize"
          onClick={() => setOpen(!open)}
        >
          <span className="truncate">{visibleText(message.role)}</span>
          <ChevronRight
            aria-hidden
            size={12}
            className={`shrink-0 text-ink-3 transition-transform ${open ? "rotate-90" : ""}`}
          />
        </button>
        {message.name === undefined ? null : (
          <span className="truncate text-xs text-ink-3">{visibleText(message.name)}</span>
        )}
        {message.finishReason === undefined ? null : (
          <span className="truncate rounded bg-sunken px-1.5 text-2xs text-ink-2" title="Why the model stopped">
            {visibleText(message.finishReason)}
          </span>
        )}
        <span className="ml-auto shrink-0 opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 coarse:opacity-100">
          <CopyButton text={() => messageText(message)} label="Copy the message" />
        </span>
      </div>
      {open ? (
        <div className="space-y-2">
          {message.parts.length === 0 ? <p className="text-ink-3">(nothing)</p> : null}
          {message.parts.map((part, i) => (
            // Parts have no identity but their place.
            <Part key={i} part={part} mode={mode} />
          ))}
        </div>
      ) : (
        <p className="truncate text-ink-3">{visibleText(messageText(message).slice(0, 200))}</p>
      )}
    </li>
  );
}

function Part({ part, mode }: { part: PairedMessage["parts"][number]; mode: TextMode }): ReactElement {
  switch (part.type) {
    case "text":
      return <LongText text={part.text} mode={mode} />;
    case "reasoning":
      return (
        <div className="rounded-md bg-sunken px-3 py-2 text-ink-2">
          <p className="mb-1 text-2xs font-medium text-ink-3">Reasoning</p>
          <LongText text={part.text} mode={mode} />
        </div>
      );
    case "tool-call":
      return <ToolCall name={part.name} id={part.id} text={part.arguments} answer={part.answer} />;
    case "tool-result":
      return (
        <div className="rounded-md border border-line bg-canvas px-3 py-2">
          <p className="mb-1 flex items-center gap-1.5 text-xs text-ink-3">
            <CornerDownRight aria-hidden size={12} /> Result {part.name === "" ? "" : `of ${visibleText(part.name)}`}
            <span className="truncate font-mono text-2xs">{visibleText(part.id)}</span>
          </p>
          <LongText text={part.result} mode="json" />
        </div>
      );
    case "other":
      return (
        <div className="rounded-md border border-line bg-canvas px-3 py-2">
          <p className="mb-1 text-xs text-ink-3">{visibleText(part.label)}</p>
          <LongText text={part.json} mode="json" />
        </div>
      );
    default:
      return part satisfies never;
  }
}

function ToolCall(props: { name: string; id: string; text: string; answer: string | undefined }): ReactElement {
  return (
    <div className="overflow-hidden rounded-md border border-line bg-canvas">
      <div className="flex items-center gap-2 px-3 py-1.5">
        <KindIcon type="tool" size={13} />
        <span className="foreign font-mono text-xs font-medium">{visibleText(props.name) || "(no name)"}</span>
        <span className="ml-auto truncate font-mono text-2xs text-ink-3">{visibleText(props.id)}</span>
      </div>
      <div className="border-t border-line/70 px-3 py-2">
        <LongText text={props.text} mode="json" />
      </div>
      {props.answer === undefined ? null : (
        <div className="border-t border-line/70 bg-surface px-3 py-2">
          <p className="mb-1 flex items-center gap-1.5 text-2xs text-ink-3">
            <CornerDownRight aria-hidden size={12} /> Result
          </p>
          <LongText text={props.answer} mode="json" />
        </div>
      )}
    </div>
  );
}

function messageText(message: PairedMessage): string {
  return message.parts
    .map((part) => {
      switch (part.type) {
        case "tool-call":
          return `${part.name}(${part.arguments})${part.answer === undefined ? "" : `\n→ ${part.answer}`}`;
        case "tool-result":
          return part.result;
        case "other":
          return part.json;
        default:
          return part.text;
      }
    })
    .join("\n\n");
}

function textLength(message: PairedMessage): number {
  return messageText(message).length;
}
