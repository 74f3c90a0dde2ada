import type { ContentDocument } from "@genscope/semconv";
import { useState, type ReactElement } from "react";
import { visibleText } from "../format/visible-text.ts";
import { kindColor } from "../kinds/kind-icon.tsx";
import { LongText, type TextMode } from "./long-text.tsx";

/** Documents in the order they were ranked, scores as bars against the best of them. */
export function DocumentList(props: {
  documents: readonly ContentDocument[];
  mode: TextMode;
  kind: "retrieval" | "rerank";
}): ReactElement {
  const best = Math.max(0, ...props.documents.map((document) => Math.abs(document.score ?? 0)));
  return (
    <ol className="space-y-2.5">
      {props.documents.map((document, i) => (
        // A document may be returned twice; its rank tells them apart.
        <Document key={i} rank={i + 1} document={document} best={best} mode={props.mode} kind={props.kind} />
      ))}
    </ol>
  );
}

function Document(props: {
  rank: number;
  document: ContentDocument;
  best: number;
  mode: TextMode;
  kind: "retrieval" | "rerank";
}): ReactElement {
  const { document, rank, best } = props;
  const [open, setOpen] = useState(rank <= 3);
  const { score } = document;
  const title = document.title ?? document.id;
  return (
    <li className="rounded-lg border border-line">
      <button
        type="button"
        aria-expanded={open}
        className="flex w-full items-center gap-3 rounded-lg px-3 py-2 text-left hover:bg-hover"
        onClick={() => setOpen(!open)}
      >
        <span className="num w-4 shrink-0 text-right text-xs text-ink-3">{rank}</span>
        <span className="min-w-0 flex-1 truncate font-medium">
          {title === undefined ? visibleText(document.content.slice(0, 120)) : visibleText(title)}
        </span>
        {score === undefined ? null : (
          <span className="flex shrink-0 items-center gap-2" title={`Score ${score}`}>
            <span aria-hidden className="h-1.5 w-16 overflow-hidden rounded-full bg-sunken">
              <span
                className="block h-full rounded-full"
                style={{
                  width: `${best > 0 ? (Math.max(0, score) / best) * 100 : 0}%`,
                  background: kindColor(props.kind),
                }}
              />
            </span>
            <span className="num text-xs text-ink-2">{score.toFixed(Math.abs(score) < 10 ? 3 : 1)}</span>
          </span>
        )}
      </button>
      {open ? (
        <div className="px-3 pb-2.5 pl-10 text-ink-2">
          {document.content === "" ? <p className="text-ink-3">(no content recorded)</p> : null}
          <LongText text={document.content} mode={props.mode} />
          {document.metadata === undefined ? null : (
            <details className="mt-2">
              <summary className="text-xs text-ink-3">Metadata</summary>
              <LongText text={document.metadata} mode="json" />
            </details>
          )}
        </div>
      ) : null}
    </li>
  );
}
