import { lazy, Suspense, useState, type ReactElement } from "react";
import { plural } from "../format/count.ts";
import { visibleText } from "../format/visible-text.ts";
import { prettyJson } from "./attribute-text.ts";

const Markdown = lazy(() => import("./markdown.tsx").then((module) => ({ default: module.Markdown })));

export type TextMode = "markdown" | "plain" | "json";

/** Characters shown before "show all": about two screens. */
const clipAt = 4_000;
/** Beyond this markdown would take longer to lay out than a reader waits. */
const markdownMost = 150_000;

/** Text from outside in the way the reader wants it, clipped while it is long. */
export function LongText({ text, mode }: { text: string; mode: TextMode }): ReactElement {
  const [all, setAll] = useState(false);
  const shown = mode === "json" ? prettyJson(text).text : text;
  const clipped = !all && shown.length > clipAt;
  const part = visibleText(clipped ? shown.slice(0, clipAt) : shown);
  return (
    <>
      {mode === "markdown" && part.length <= markdownMost ? (
        <Suspense fallback={<p className="foreign whitespace-pre-wrap">{part}</p>}>
          <Markdown text={part} />
        </Suspense>
      ) : (
        <pre
          className={`foreign whitespace-pre-wrap ${mode === "json" ? "font-mono text-xs leading-[1.15rem]" : "font-sans leading-[1.4rem]"}`}
        >
          {part}
        </pre>
      )}
      {shown.length > clipAt ? (
        <button
          type="button"
          className="mt-1.5 text-xs font-medium text-accent-ink hover:underline"
          onClick={() => setAll(!all)}
        >
          {all ? "Show less" : `Show all (${plural(shown.length, "character")})`}
        </button>
      ) : null}
    </>
  );
}
