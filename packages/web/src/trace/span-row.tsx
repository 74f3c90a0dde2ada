import { ChevronRight, CircleAlert, ClockAlert, Unplug } from "lucide-react";
import { memo, type CSSProperties, type ReactElement } from "react";
import { formatShortCount, formatTokens, plural } from "../format/count.ts";
import { formatSpanDuration } from "../format/duration.ts";
import { visibleText } from "../format/visible-text.ts";
import { KindIcon, kindColor, kindLabel } from "../kinds/kind-icon.tsx";
import type { Zoom } from "../url/trace-search.ts";
import { highlight } from "./find.ts";
import { barOf, indentOf, selfTime } from "./layout.ts";
import { hasFlag, labelOf, nameOf, rowFlag, serviceOf, spanIdOf, typeOf, type TraceModel } from "./model.ts";

export interface SpanRowProps {
  model: TraceModel;
  row: number;
  view: Zoom;
  /** Width of the timeline in pixels, 0 where there is none. */
  timelineWidth: number;
  indentRoom: number;
  open: boolean;
  selected: boolean;
  /** Whether a filter keeps the row only because of what is below it. */
  dim: boolean;
  hit: boolean;
  find: string;
  onToggle: (row: number) => void;
}

/** One span: name on the left, its time on the right. Where the bar sits is decided in layout.ts. */
export const SpanRow = memo(function SpanRow(props: SpanRowProps): ReactElement {
  const { model, row, selected } = props;
  const missing = hasFlag(model, row, rowFlag.missing);
  const background = selected ? "bg-selected" : props.hit ? "bg-mark/25 hover:bg-hover" : "hover:bg-hover";
  return (
    <div className={`flex h-full items-stretch ${background} ${props.dim ? "text-ink-3" : ""}`}>
      <div
        role="gridcell"
        className="flex w-(--names) shrink-0 items-center gap-1.5 overflow-hidden pr-2 max-md:w-full max-md:pr-18"
      >
        <Twisty {...props} />
        {missing ? <MissingName model={model} row={row} /> : <SpanName {...props} />}
      </div>
      <div
        role="gridcell"
        className={`num flex w-[4.5rem] shrink-0 items-center justify-end pr-3 text-xs ${missing ? "text-ink-3" : "text-ink-2"} ${hasFlag(model, row, rowFlag.running) ? "text-accent-ink!" : ""} max-md:absolute max-md:right-0 max-md:h-full max-md:w-auto max-md:pl-2`}
      >
        {missing ? "–" : formatSpanDuration(hasFlag(model, row, rowFlag.running) ? -1 : model.duration[row]!)}
      </div>
      {props.timelineWidth > 0 ? (
        <div role="gridcell" className="relative mr-2.5 min-w-0 flex-1 border-l border-line/70">
          <SpanBar {...props} />
        </div>
      ) : missing ? null : (
        <ThinBar {...props} />
      )}
    </div>
  );
});

/** Pixels a level is set in, as long as there is room. */
const step = 14;

function Twisty({ model, row, open, indentRoom, onToggle }: SpanRowProps): ReactElement {
  const depth = model.depth[row]!;
  const indent = indentOf(depth, step, indentRoom);
  const children = model.childCount[row]!;
  return (
    <>
      <span
        aria-hidden
        className="num flex h-full shrink-0 items-center justify-end text-2xs text-ink-3/80"
        style={{
          width: indent,
          marginLeft: 12,
          backgroundImage:
            "repeating-linear-gradient(90deg, transparent 0 6px, var(--line) 6px 7px, transparent 7px 14px)",
          backgroundSize: `${Math.min(indent, indentRoom / 2)}px 100%`,
          backgroundRepeat: "no-repeat",
        }}
      >
        {indent < depth * step - 2 * step ? <span className="pr-1.5">{depth}</span> : null}
      </span>
      {children > 0 ? (
        <button
          type="button"
          tabIndex={-1}
          aria-label={open ? "Close" : `Open: ${plural(children, "child", "children")}`}
          title={plural(children, "child", "children")}
          className="-mx-1 grid h-full w-5 shrink-0 place-items-center text-ink-3 hover:text-ink coarse:w-7"
          onClick={(event) => {
            event.stopPropagation();
            onToggle(row);
          }}
        >
          <ChevronRight aria-hidden size={13} className={open ? "rotate-90" : ""} />
        </button>
      ) : (
        <span aria-hidden className="-mx-1 w-5 shrink-0" />
      )}
    </>
  );
}

function MissingName({ model, row }: { model: TraceModel; row: number }): ReactElement {
  const id = spanIdOf(model, row);
  return (
    <>
      <Unplug aria-hidden size={14} className="shrink-0 text-ink-3" />
      <span className="truncate text-ink-2 italic" title={`Span ${id} is named as parent and was not received`}>
        parent not received
      </span>
      <span className="truncate font-mono text-2xs text-ink-3">{id}</span>
    </>
  );
}

function SpanName({ model, row, open, find }: SpanRowProps): ReactElement {
  const name = nameOf(model, row);
  const service = serviceOf(model, row);
  const parent = model.parent[row]!;
  // A service is said where it changes; below that it goes without saying.
  const newService = parent < 0 || model.service[parent] !== model.service[row];
  const failed = model.status[row] === 2;
  const errorsHidden = open ? 0 : model.errorsBelow[row]!;
  const type = typeOf(model, row);
  return (
    <>
      <span title={kindLabel(type)} className="inline-flex">
        <KindIcon type={type} size={14} />
        <span className="sr-only">{kindLabel(type)}: </span>
      </span>
      <span className={`min-w-8 truncate ${failed ? "text-error-ink" : ""}`} title={name}>
        {find === "" ? visibleText(name) || "(no name)" : <Highlighted text={name} find={find} />}
      </span>
      {newService ? (
        <span className="max-w-28 shrink-0 truncate text-xs text-ink-3" title={service}>
          {find === "" ? visibleText(service) : <Highlighted text={service} find={find} />}
        </span>
      ) : null}
      {failed ? (
        <span title="Error" className="inline-flex shrink-0">
          <CircleAlert aria-hidden size={13} className="text-error" />
          <span className="sr-only">failed</span>
        </span>
      ) : null}
      {errorsHidden > 0 ? (
        <span
          className="num shrink-0 rounded bg-error-wash px-1 text-2xs font-medium text-error-ink"
          title={`${plural(errorsHidden, "error")} below`}
        >
          {formatShortCount(errorsHidden)}
        </span>
      ) : null}
      {hasFlag(model, row, rowFlag.skewed) ? (
        <span
          title="Lies outside its parent's time: the clocks of two machines differ, or the work outlived its caller"
          className="inline-flex shrink-0"
        >
          <ClockAlert aria-hidden size={13} className="text-warn-ink" />
          <span className="sr-only">outside its parent's time</span>
        </span>
      ) : null}
      {open || model.childCount[row] === 0 ? null : (
        <span className="num shrink-0 rounded bg-sunken px-1 text-2xs text-ink-3" title="Rows below">
          +{formatShortCount(model.size[row]! - 1)}
        </span>
      )}
    </>
  );
}

export function Highlighted({ text, find }: { text: string; find: string }): ReactElement {
  return (
    <>
      {highlight(text, find).map((part, i) =>
        part.hit ? (
          <mark key={i} className="rounded-xs bg-mark text-ink">
            {visibleText(part.text)}
          </mark>
        ) : (
          visibleText(part.text)
        ),
      )}
    </>
  );
}

/**
 * The time of a span. Solid where it worked or waited itself, pale where a child did: time no child accounts for is what stands out.
 */
function SpanBar({ model, row, view, timelineWidth, selected }: SpanRowProps): ReactElement | null {
  const bar = barOf(model, row, view);
  const left = Math.max(0, bar.left);
  const right = Math.min(1, bar.left + bar.width);
  if (bar.left > 1 || bar.left + bar.width < 0) return <OutOfView before={bar.left < 0} />;
  const colour = kindColor(typeOf(model, row));
  const missing = hasFlag(model, row, rowFlag.missing);
  const running = hasFlag(model, row, rowFlag.running);
  const failed = model.status[row] === 2;
  const width = Math.max(2, (right - left) * timelineWidth);
  const span = view.to - view.from;
  const own = missing || width < 8 ? undefined : selfTime(model, row, (1.5 * span) / timelineWidth);
  const style: CSSProperties = { left: `min(${left * 100}%, 100% - 2px)`, width };
  const text = missing ? "" : barText(model, row);
  const roomRight = timelineWidth - left * timelineWidth - width;
  const roomLeft = left * timelineWidth;
  const needed = text.length * 6.2 + 12;
  return (
    <>
      <span
        aria-hidden
        className={`absolute top-1/2 h-2.5 -translate-y-1/2 overflow-hidden rounded-[3px] ${missing ? "border border-dashed border-ink-3/60" : ""} ${selected ? "ring-2 ring-accent/35" : ""}`}
        style={
          missing
            ? style
            : {
                ...style,
                background: own === undefined ? colour : `color-mix(in oklab, ${colour} 32%, var(--surface))`,
                ...(running && { maskImage: "linear-gradient(90deg, black 60%, transparent)" }),
              }
        }
      >
        {own === undefined ? null : <OwnTime own={own} view={view} left={left} right={right} colour={colour} />}
        {failed ? <span className="absolute inset-y-0 right-0 w-1 bg-error ring-1 ring-surface" /> : null}
      </span>
      {text === "" || (roomRight < needed && roomLeft < needed) ? null : (
        <span
          className="num pointer-events-none absolute top-1/2 -translate-y-1/2 text-2xs whitespace-nowrap text-ink-3"
          style={
            roomRight >= needed
              ? { left: left * timelineWidth + width + 6 }
              : { right: timelineWidth - left * timelineWidth + 6 }
          }
        >
          {text}
        </span>
      )}
    </>
  );
}

function OwnTime(props: { own: Float64Array; view: Zoom; left: number; right: number; colour: string }): ReactElement {
  const { own, view, left, right, colour } = props;
  const span = view.to - view.from;
  const whole = Math.max(1e-9, right - left);
  const parts: ReactElement[] = [];
  for (let i = 0; i < own.length && parts.length < 200; i += 2) {
    const from = Math.max(left, (own[i]! - view.from) / span);
    const to = Math.min(right, (own[i + 1]! - view.from) / span);
    if (to < from) continue;
    const style = { left: `${((from - left) / whole) * 100}%`, width: `${((to - from) / whole) * 100}%` };
    parts.push(<span key={i} className="absolute inset-y-0" style={{ ...style, background: colour }} />);
  }
  return <>{parts}</>;
}

/** What is left of the timeline where there is no room for one: a line along the foot of the row. */
function ThinBar({ model, row, view }: SpanRowProps): ReactElement {
  const bar = barOf(model, row, view);
  const left = Math.min(1, Math.max(0, bar.left));
  const right = Math.min(1, Math.max(0, bar.left + bar.width));
  return (
    <span
      aria-hidden
      className="absolute bottom-0 h-[3px] rounded-full opacity-80"
      style={{
        left: `min(${left * 100}%, 100% - 3px)`,
        width: `max(3px, ${(right - left) * 100}%)`,
        background: model.status[row] === 2 ? "var(--error)" : kindColor(typeOf(model, row)),
      }}
    />
  );
}

function OutOfView({ before }: { before: boolean }): ReactElement {
  return (
    <span
      aria-hidden
      className={`absolute top-1/2 -translate-y-1/2 text-2xs text-ink-3 ${before ? "left-1" : "right-1"}`}
    >
      {before ? "‹" : "›"}
    </span>
  );
}

/** What a bar says beside it: whatever the name does not, documents found, and tokens. */
function barText(model: TraceModel, row: number): string {
  const label = labelOf(model, row);
  const shown = label === "" || nameOf(model, row).includes(label) ? "" : visibleText(label);
  const input = model.inputTokens[row]!;
  const output = model.outputTokens[row]!;
  const tokens = Number.isNaN(input) && Number.isNaN(output) ? "" : `${formatTokens(input, output)} tok`;
  const found = model.documents[row]!;
  const documents = Number.isNaN(found) ? "" : plural(found, "document");
  return [shown.length > 40 ? `${shown.slice(0, 39)}…` : shown, documents, tokens]
    .filter((part) => part !== "")
    .join(" · ");
}
