import { spanTypes, type SpanType } from "@genscope/semconv";
import { ChevronDown, ChevronUp, CircleAlert, FoldVertical, Maximize2, Search, UnfoldVertical, X } from "lucide-react";
import { useMemo, type ReactElement, type Ref } from "react";
import { formatCount, formatShortCount } from "../format/count.ts";
import { formatDuration } from "../format/duration.ts";
import { KindIcon, kindLabel } from "../kinds/kind-icon.tsx";
import { Button } from "../ui/button.tsx";
import type { TraceSearch, Zoom } from "../url/trace-search.ts";
import { rowFlag, type TraceModel } from "./model.ts";
import type { PatchSearch } from "./use-trace-search.ts";

/** Finding, filtering, opening and zooming. */
export function TraceToolbar(props: {
  model: TraceModel;
  search: TraceSearch;
  patch: PatchSearch;
  findInput: Ref<HTMLInputElement>;
  hitCount: number;
  /** Position of the current hit, from 0; -1 if the selection is none. */
  hitAt: number;
  zoomed: Zoom | undefined;
  onNextHit: (step: 1 | -1) => void;
  onFindEscape: () => void;
}): ReactElement {
  const { model, search, patch } = props;
  const counts = useMemo(() => countTypes(model), [model]);
  const chosen = new Set(search.kind);
  const toggleKind = (type: SpanType): void => {
    const next = new Set(chosen);
    if (!next.delete(type)) next.add(type);
    patch({ kind: next.size === 0 ? undefined : [...next] });
  };
  return (
    <div
      role="toolbar"
      aria-label="Trace view"
      className="flex shrink-0 items-center gap-1 overflow-x-auto border-b border-line bg-surface px-3 py-1.5 [scrollbar-width:none]"
    >
      <div className="relative flex shrink-0 items-center">
        <Search aria-hidden size={13} className="pointer-events-none absolute left-2 text-ink-3" />
        <input
          ref={props.findInput}
          type="text"
          value={search.find ?? ""}
          spellCheck={false}
          autoComplete="off"
          aria-label="Find in trace"
          placeholder="Find in trace"
          className="h-7 w-40 rounded-md border border-line-strong/70 bg-surface pr-2 pl-7 text-xs placeholder:text-ink-3 focus:border-accent focus:outline-2 focus:-outline-offset-1 focus:outline-accent xl:w-56 coarse:h-9 coarse:text-base"
          onChange={(event) => patch({ find: event.target.value === "" ? undefined : event.target.value })}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              event.preventDefault();
              props.onNextHit(event.shiftKey ? -1 : 1);
            } else if (event.key === "Escape") {
              event.preventDefault();
              props.onFindEscape();
            }
          }}
        />
        {search.find === undefined ? null : (
          <span className="ml-1 flex items-center">
            <span role="status" className="num min-w-14 text-center text-xs whitespace-nowrap text-ink-2">
              {props.hitCount === 0
                ? "none"
                : `${props.hitAt < 0 ? "–" : formatCount(props.hitAt + 1)} / ${formatCount(props.hitCount)}`}
            </span>
            <Button icon aria-label="Previous find" disabled={props.hitCount === 0} onClick={() => props.onNextHit(-1)}>
              <ChevronUp aria-hidden size={14} />
            </Button>
            <Button icon aria-label="Next find" disabled={props.hitCount === 0} onClick={() => props.onNextHit(1)}>
              <ChevronDown aria-hidden size={14} />
            </Button>
            <Button icon aria-label="Clear find" onClick={() => patch({ find: undefined })}>
              <X aria-hidden size={14} />
            </Button>
          </span>
        )}
      </div>
      <span aria-hidden className="mx-1 h-4 w-px shrink-0 bg-line" />
      <div role="group" aria-label="Show only" className="flex items-center gap-0.5">
        {counts.map(({ type, count }) => (
          <Button
            key={type}
            pressed={chosen.has(type)}
            aria-label={`${kindLabel(type, true)} only`}
            title={`${formatCount(count)} ${kindLabel(type, count !== 1).toLowerCase()}: show only these`}
            className="px-1.5! font-normal"
            onClick={() => toggleKind(type)}
          >
            <KindIcon type={type} size={13} />
            <span className="num">{formatShortCount(count)}</span>
          </Button>
        ))}
        {model.errorCount > 0 ? (
          <Button
            pressed={search.errors === true}
            aria-label="Errors only"
            title={`${formatCount(model.errorCount)} failed: show only these`}
            className="px-1.5! font-normal"
            onClick={() => patch({ errors: search.errors === true ? undefined : true })}
          >
            <CircleAlert aria-hidden size={13} className="text-error" />
            <span className="num">{formatShortCount(model.errorCount)}</span>
          </Button>
        ) : null}
        {chosen.size > 0 || search.errors === true ? (
          <Button onClick={() => patch({ kind: undefined, errors: undefined })}>Show all</Button>
        ) : null}
      </div>
      <div className="ml-auto flex shrink-0 items-center">
        {props.zoomed === undefined ? null : (
          <Button
            className="text-accent-ink!"
            title="Show the whole trace (0)"
            onClick={() => patch({ zoom: undefined })}
          >
            <Maximize2 aria-hidden size={13} />
            <span className="num">
              {formatDuration(props.zoomed.from - model.from)} – {formatDuration(props.zoomed.to - model.from)}
            </span>
          </Button>
        )}
        <Button icon aria-label="Open all ([)" onClick={() => patch({ depth: undefined, toggled: undefined })}>
          <UnfoldVertical aria-hidden size={14} />
        </Button>
        <Button icon aria-label="Close all (])" onClick={() => patch({ depth: 1, toggled: undefined })}>
          <FoldVertical aria-hidden size={14} />
        </Button>
      </div>
    </div>
  );
}

function countTypes(model: TraceModel): { type: SpanType; count: number }[] {
  const counts = new Int32Array(spanTypes.length);
  for (let row = 0; row < model.rowCount; row++) {
    if ((model.flags[row]! & rowFlag.missing) === 0) counts[model.type[row]!]!++;
  }
  return spanTypes.map((type, i) => ({ type, count: counts[i]! })).filter(({ count }) => count > 0);
}
