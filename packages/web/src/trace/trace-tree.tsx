import { useVirtualizer } from "@tanstack/react-virtual";
import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type Ref,
} from "react";
import { formatDuration } from "../format/duration.ts";
import { setPreference, usePreference } from "../ui/preference.ts";
import { Splitter } from "../ui/splitter.tsx";
import { useMedia, useNarrow } from "../ui/use-media.ts";
import { useSize } from "../ui/use-size.ts";
import type { Zoom } from "../url/trace-search.ts";
import { ticks, zoomBy } from "./layout.ts";
import { spanIdOf, type TraceModel } from "./model.ts";
import { isOpen, type Openness } from "./rows.ts";
import { SpanRow } from "./span-row.tsx";

export interface TreeHandle {
  /** Scrolls so that the row at this position of `rows` is in view. */
  reveal(position: number, align?: "auto" | "center"): void;
  page(direction: 1 | -1): void;
  focus(): void;
  /** Positions of the first and last row wholly in view. */
  window(): { first: number; last: number };
}

const durationColumn = 72;
/** Room right of the timeline, so that the longest bar has an end. */
const edge = 10;

/** Tree and timeline in one scroll. Only the rows in view are in the page, however many there are. */
export function TraceTree(props: {
  ref: Ref<TreeHandle>;
  model: TraceModel;
  rows: Int32Array;
  openness: Openness;
  keep: Uint8Array | undefined;
  hits: ReadonlySet<number>;
  find: string;
  view: Zoom;
  selected: number;
  onSelect: (row: number) => void;
  onToggle: (row: number) => void;
  onView: (view: Zoom) => void;
  onTreeKey: (event: KeyboardEvent) => void;
}): ReactElement {
  const { model, rows, view, selected, openness } = props;
  const narrow = useNarrow();
  const coarse = useMedia("(pointer: coarse)");
  const scroller = useRef<HTMLDivElement>(null);
  const { width } = useSize(scroller);
  const rowHeight = coarse || narrow ? 40 : 26;

  const chosen = Number(usePreference("names-width"));
  const usual = Math.round(Math.min(520, Math.max(260, width * 0.42)));
  const names = Math.min(chosen > 0 ? chosen : usual, Math.max(200, width - 240));
  const timelineWidth = narrow ? 0 : Math.max(0, width - names - durationColumn - 1 - edge);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    scrollPaddingStart: 28,
    scrollPaddingEnd: 8,
  });
  useEffect(() => virtual.measure(), [rowHeight, virtual]);

  useImperativeHandle(
    props.ref,
    () => ({
      reveal: (position, align = "auto") => virtual.scrollToIndex(position, { align }),
      page: (direction) =>
        scroller.current?.scrollBy({ top: direction * (scroller.current.clientHeight - 2 * rowHeight) }),
      focus: () => scroller.current?.focus({ preventScroll: true }),
      window: () => {
        const top = scroller.current?.scrollTop ?? 0;
        const height = (scroller.current?.clientHeight ?? 0) - 28;
        return { first: Math.ceil(top / rowHeight), last: Math.floor((top + height) / rowHeight) - 1 };
      },
    }),
    [virtual, rowHeight],
  );
  useWheelZoom(scroller, props, names + durationColumn, timelineWidth);

  const toggle = useRef(props.onToggle);
  useLayoutEffect(() => {
    toggle.current = props.onToggle;
  });
  const onToggle = useCallback((row: number) => toggle.current(row), []);

  return (
    <div className="relative flex min-h-0 min-w-0 flex-1">
      <div
        ref={scroller}
        role="treegrid"
        aria-label="Spans"
        aria-rowcount={rows.length}
        aria-activedescendant={selected >= 0 ? `span-${spanIdOf(model, selected)}` : undefined}
        tabIndex={0}
        className="relative min-h-0 min-w-0 flex-1 overflow-x-hidden overflow-y-auto overscroll-contain bg-surface -outline-offset-2!"
        style={{ "--names": `${names}px` }}
        onKeyDown={props.onTreeKey}
      >
        {narrow ? null : (
          <div className="sticky top-0 z-20 flex h-7 border-b border-line bg-surface text-2xs text-ink-3">
            <div className="flex w-(--names) shrink-0 items-center pl-4 font-medium">Span</div>
            <div className="flex shrink-0 items-center justify-end pr-3 font-medium" style={{ width: durationColumn }}>
              Duration
            </div>
            <TimeAxis view={view} from={model.from} width={timelineWidth} onView={props.onView} />
          </div>
        )}
        <div className="relative min-h-[calc(100%-1.75rem)]" style={{ height: virtual.getTotalSize() }}>
          {timelineWidth > 0 ? (
            <div
              aria-hidden
              className="pointer-events-none absolute inset-y-0"
              style={{ width: timelineWidth, right: edge }}
            >
              {axisTicks(view, model.from, timelineWidth).map((at) => (
                <span
                  key={at}
                  className="absolute inset-y-0 w-px bg-line/60"
                  style={{ left: `${((at + model.from - view.from) / (view.to - view.from)) * 100}%` }}
                />
              ))}
            </div>
          ) : null}
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]!;
            const open = isOpen(model, row, openness);
            return (
              <div
                key={row}
                id={`span-${spanIdOf(model, row)}`}
                data-row={row}
                role="row"
                aria-rowindex={item.index + 1}
                aria-level={model.depth[row]! + 1}
                aria-selected={row === selected}
                aria-expanded={model.childCount[row]! > 0 ? open : undefined}
                className="absolute inset-x-0 top-0 cursor-default"
                style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}
                onClick={() => props.onSelect(row)}
                onDoubleClick={() => onToggle(row)}
              >
                <SpanRow
                  model={model}
                  row={row}
                  view={view}
                  timelineWidth={timelineWidth}
                  indentRoom={narrow ? 110 : Math.max(90, names * 0.5)}
                  open={open}
                  selected={row === selected}
                  dim={props.keep !== undefined && props.keep[row] === 1}
                  hit={props.hits.has(row)}
                  find={props.find}
                  onToggle={onToggle}
                />
              </div>
            );
          })}
        </div>
      </div>
      {narrow ? null : (
        <div className="absolute inset-y-0" style={{ left: names + durationColumn }}>
          <Splitter
            label="Width of the names"
            value={names}
            min={200}
            max={Math.max(200, width - 240)}
            usual={usual}
            onChange={(value) => setPreference("names-width", String(value))}
            className="h-full bg-transparent"
          />
        </div>
      )}
    </div>
  );
}

/** Ticks in nanoseconds after the trace's start, about one for every 90 pixels. */
function axisTicks(view: Zoom, from: number, width: number): number[] {
  return ticks({ from: view.from - from, to: view.to - from }, Math.max(2, Math.floor(width / 90)));
}

/** Times along the top; dragging over them chooses the stretch to show. */
function TimeAxis(props: { view: Zoom; from: number; width: number; onView: (view: Zoom) => void }): ReactElement {
  const { view, width } = props;
  const [brush, setBrush] = useState<{ from: number; to: number }>();
  const span = view.to - view.from;
  return (
    <div
      className="num relative mr-2.5 min-w-0 flex-1 cursor-crosshair touch-none select-none"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setBrush({ from: share(event), to: share(event) });
      }}
      onPointerMove={(event) => (brush === undefined ? undefined : setBrush({ from: brush.from, to: share(event) }))}
      onPointerUp={() => {
        if (brush !== undefined && Math.abs(brush.to - brush.from) > 0.01) {
          const [a, b] = [Math.min(brush.from, brush.to), Math.max(brush.from, brush.to)];
          props.onView({ from: view.from + a * span, to: view.from + b * span });
        }
        setBrush(undefined);
      }}
    >
      {axisTicks(view, props.from, width).map((at) => (
        <span
          key={at}
          className="absolute inset-y-0 flex items-center border-l border-line pl-1.5 whitespace-nowrap"
          style={{ left: `${((at + props.from - view.from) / span) * 100}%` }}
        >
          {(view.to - props.from - at) / span < 50 / Math.max(1, width) ? null : at === 0 ? "0" : formatDuration(at)}
        </span>
      ))}
      {brush === undefined ? null : (
        <span
          className="absolute inset-y-0 border-x border-accent bg-accent/15"
          style={{
            left: `${Math.min(brush.from, brush.to) * 100}%`,
            width: `${Math.abs(brush.to - brush.from) * 100}%`,
          }}
        />
      )}
    </div>
  );
}

/** Where a pointer is across the element it is over, from 0 to 1. */
function share(event: PointerEvent): number {
  const rect = event.currentTarget.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - rect.left) / rect.width));
}

/** Ctrl or Cmd with the wheel zooms around the pointer. React's wheel listeners are passive, so this one is added by hand. */
function useWheelZoom(
  scroller: { current: HTMLDivElement | null },
  props: { model: TraceModel; view: Zoom; onView: (view: Zoom) => void },
  timelineLeft: number,
  timelineWidth: number,
): void {
  const latest = useRef({ ...props, timelineLeft, timelineWidth });
  useLayoutEffect(() => {
    latest.current = { ...props, timelineLeft, timelineWidth };
  });
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { model, view, onView, timelineLeft: left, timelineWidth: width } = latest.current;
      const x = (event.clientX - element.getBoundingClientRect().left - left) / Math.max(1, width);
      const around = view.from + Math.min(1, Math.max(0, x)) * (view.to - view.from);
      onView(zoomBy(view, model, Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 120), around));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [scroller]);
}
