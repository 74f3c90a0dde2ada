import { spanTypes } from "@genscope/semconv";
import { useEffect, useMemo, useRef, useState, type PointerEvent, type ReactElement } from "react";
import { formatDuration } from "../format/duration.ts";
import { useDark } from "../shell/theme-toggle.tsx";
import { useSize } from "../ui/use-size.ts";
import type { Zoom } from "../url/trace-search.ts";
import { overviewMarks } from "./layout.ts";
import type { TraceModel } from "./model.ts";

const mostMarks = 12_000;

/** The whole trace in a strip, always in view. Dragging chooses the stretch the timeline shows; a double click shows all again. */
export function Overview(props: {
  model: TraceModel;
  view: Zoom;
  selected: number;
  onView: (view: Zoom) => void;
}): ReactElement {
  const { model, view } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(box);
  const dark = useDark();
  const marks = useMemo(() => overviewMarks(model, mostMarks), [model]);
  const [brush, setBrush] = useState<{ from: number; to: number }>();

  useEffect(() => {
    if (canvas.current !== null && width > 0) draw(canvas.current, marks, model.rowCount, width, height);
    // A change of theme changes what the colours resolve to.
  }, [marks, model, width, height, dark]);

  const whole = model.to - model.from;
  const share = (event: PointerEvent): number => {
    const rect = box.current?.getBoundingClientRect();
    return rect === undefined ? 0 : Math.min(1, Math.max(0, (event.clientX - rect.left) / rect.width));
  };
  const from = brush === undefined ? (view.from - model.from) / whole : Math.min(brush.from, brush.to);
  const to = brush === undefined ? (view.to - model.from) / whole : Math.max(brush.from, brush.to);
  const zoomed = from > 0.0005 || to < 0.9995;
  const veil = "pointer-events-none absolute inset-y-0 bg-canvas/75";
  return (
    <div
      ref={box}
      role="img"
      aria-label={`Overview of ${formatDuration(whole)}; in view ${formatDuration(view.from - model.from)} to ${formatDuration(view.to - model.from)}`}
      data-testid="overview"
      className="relative h-14 shrink-0 cursor-crosshair touch-none overflow-hidden border-b border-line bg-surface select-none max-md:h-10"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setBrush({ from: share(event), to: share(event) });
      }}
      onPointerMove={(event) => (brush === undefined ? undefined : setBrush({ from: brush.from, to: share(event) }))}
      onPointerUp={() => {
        if (brush !== undefined && to - from > 0.003) {
          props.onView({ from: model.from + from * whole, to: model.from + to * whole });
        }
        setBrush(undefined);
      }}
      onPointerCancel={() => setBrush(undefined)}
      onDoubleClick={() => props.onView({ from: model.from, to: model.to })}
    >
      <canvas ref={canvas} aria-hidden className="absolute inset-0 size-full" />
      {props.selected < 0 ? null : (
        <span
          aria-hidden
          className="pointer-events-none absolute inset-y-0 w-px bg-ink/60"
          style={{ left: `${((model.start[props.selected]! - model.from) / whole) * 100}%` }}
        />
      )}
      {zoomed ? (
        <>
          <span className={veil} style={{ left: 0, width: `${from * 100}%` }} />
          <span className={veil} style={{ left: `${to * 100}%`, right: 0 }} />
          <span
            className="pointer-events-none absolute inset-y-0 border-x border-accent"
            style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
          />
        </>
      ) : null}
    </div>
  );
}

function draw(
  canvas: HTMLCanvasElement,
  marks: ReturnType<typeof overviewMarks>,
  rowCount: number,
  width: number,
  height: number,
): void {
  const ratio = Math.min(2, window.devicePixelRatio);
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext("2d");
  if (context === null) return;
  const style = getComputedStyle(canvas);
  const colours = spanTypes.map((type) => style.getPropertyValue(`--kind-${type}`));
  const error = style.getPropertyValue("--error");
  const inset = 5 * ratio;
  const room = canvas.height - 2 * inset;
  const step = room / Math.max(1, rowCount);
  const thick = Math.min(4 * ratio, Math.max(1.5 * ratio, step * 0.7));
  const { rects, types, errors } = marks;
  // One colour after the other: plumbing first, what a model does over it, failures on top.
  for (let colour = colours.length - 1; colour >= -1; colour--) {
    const failures = colour === -1;
    context.fillStyle = failures ? error : (colours[colour] ?? "grey");
    context.globalAlpha = failures ? 1 : 0.85;
    for (let i = 0; i < types.length; i++) {
      if (failures ? errors[i] === 0 : errors[i] === 1 || types[i] !== colour) continue;
      const x = rects[3 * i]! * canvas.width;
      const w = Math.max(ratio, (rects[3 * i + 1]! - rects[3 * i]!) * canvas.width);
      const y = inset + Math.min(room - thick, rects[3 * i + 2]! * step);
      context.fillRect(Math.min(x, canvas.width - ratio), y, w, thick);
      // A failed span among thousands is a speck; a tick at the foot says where to look.
      if (failures) context.fillRect(Math.min(x, canvas.width - 2 * ratio), canvas.height - inset, 2 * ratio, inset);
    }
  }
}
