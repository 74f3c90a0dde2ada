import type { Facets } from "@genscope/server/contract";
import { useRef, useState, type PointerEvent, type ReactElement } from "react";
import { formatCount } from "../format/count.ts";
import { formatTick, formatWhen, unixMs } from "../format/time.ts";

type HistogramData = Facets["histogram"];

/** Traces over time, those with errors in red at the foot. Dragging chooses a stretch. */
export function Histogram(props: {
  data: HistogramData | undefined;
  onBrush: (fromMs: number, toMs: number) => void;
}): ReactElement {
  const { data } = props;
  const box = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<number>();
  const [brush, setBrush] = useState<{ from: number; to: number }>();
  const bars = data?.counts.length ?? 0;
  const fromMs = data === undefined ? 0 : unixMs(data.fromUnixNano);
  const stepMs = data === undefined ? 1 : data.stepNano / 1e6;
  const most = Math.max(1, ...(data?.counts ?? []));

  const share = (event: PointerEvent): number => {
    const rect = box.current?.getBoundingClientRect();
    return rect === undefined ? 0 : Math.min(1, Math.max(0, (event.clientX - rect.left) / rect.width));
  };
  const finish = (): void => {
    if (brush !== undefined && Math.abs(brush.to - brush.from) > 0.004) {
      const [a, b] = [Math.min(brush.from, brush.to), Math.max(brush.from, brush.to)];
      props.onBrush(Math.floor(fromMs + a * bars * stepMs), Math.ceil(fromMs + b * bars * stepMs));
    }
    setBrush(undefined);
  };
  const now = Date.now();
  const tickCount = 5;
  return (
    <div className="px-4 pt-3">
      <div
        ref={box}
        role="img"
        aria-label={
          data === undefined
            ? "Traces over time, loading"
            : `Traces over time: ${formatCount(data.counts.reduce((a, b) => a + b, 0))} traces, ${formatCount(data.errors.reduce((a, b) => a + b, 0))} with errors`
        }
        className="relative h-12 cursor-crosshair touch-pan-y select-none"
        onPointerDown={(event) => {
          if (event.button !== 0 || bars === 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setBrush({ from: share(event), to: share(event) });
        }}
        onPointerMove={(event) => {
          setHover(Math.min(bars - 1, Math.floor(share(event) * bars)));
          if (brush !== undefined) setBrush({ from: brush.from, to: share(event) });
        }}
        onPointerUp={finish}
        onPointerCancel={() => setBrush(undefined)}
        onPointerLeave={() => setHover(undefined)}
      >
        <svg aria-hidden width="100%" height="100%" viewBox={`0 0 ${Math.max(1, bars)} 48`} preserveAspectRatio="none">
          {data?.counts.map((count, i) => {
            if (count === 0) return null;
            const height = Math.max(2.5, (count / most) * 48);
            const failed = data.errors[i] ?? 0;
            const errorHeight = failed === 0 ? 0 : Math.max(2, (failed / count) * height);
            const dim = hover !== undefined && hover !== i ? 0.65 : 1;
            return (
              // The position in time is what a bar is.
              <g key={i} opacity={dim}>
                <rect x={i + 0.12} width={0.76} y={48 - height} height={height} fill="var(--line-strong)" />
                {errorHeight > 0 ? (
                  <rect x={i + 0.12} width={0.76} y={48 - errorHeight} height={errorHeight} fill="var(--error)" />
                ) : null}
              </g>
            );
          })}
        </svg>
        {brush === undefined ? null : (
          <div
            className="pointer-events-none absolute inset-y-0 border-x border-accent bg-accent/15"
            style={{
              left: `${Math.min(brush.from, brush.to) * 100}%`,
              width: `${Math.abs(brush.to - brush.from) * 100}%`,
            }}
          />
        )}
        {hover === undefined || data === undefined || (data.counts[hover] ?? 0) === 0 ? null : (
          <div
            className="num pointer-events-none absolute -top-2.5 z-20 rounded-md border border-line bg-raised px-2 py-1 text-2xs whitespace-nowrap shadow-pop"
            style={
              hover < bars / 2
                ? { left: `calc(${((hover + 1) / bars) * 100}% + 4px)` }
                : { right: `calc(${(1 - hover / bars) * 100}% + 4px)` }
            }
          >
            <span className="text-ink-3">{formatWhen(fromMs + hover * stepMs, now)}</span>{" "}
            <span className="font-medium">{formatCount(data.counts[hover])}</span>
            {(data.errors[hover] ?? 0) > 0 ? (
              <span className="ml-1.5 font-medium text-error-ink">{formatCount(data.errors[hover])} with errors</span>
            ) : null}
          </div>
        )}
      </div>
      <div aria-hidden className="num mt-1 flex h-4 justify-between border-t border-line pt-0.5 text-2xs text-ink-3">
        {data === undefined
          ? null
          : Array.from({ length: tickCount }, (_, i) => (
              <span key={i}>{formatTick(fromMs + (i / (tickCount - 1)) * bars * stepMs, bars * stepMs)}</span>
            ))}
      </div>
    </div>
  );
}
