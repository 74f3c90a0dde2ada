import type { ReactElement } from "react";

/** A line between two panes, moved by pointer or arrow keys. Double click gives back the usual width. */
export function Splitter(props: {
  label: string;
  value: number;
  min: number;
  max: number;
  usual: number;
  /** Whether moving to the right makes the value larger. */
  grows?: boolean;
  onChange: (value: number) => void;
  className?: string;
}): ReactElement {
  const { value, min, max, onChange } = props;
  const sign = props.grows === false ? -1 : 1;
  const set = (next: number): void => onChange(Math.round(Math.min(max, Math.max(min, next))));
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={props.label}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      className={`group relative z-10 w-px shrink-0 cursor-col-resize touch-none bg-line select-none ${props.className ?? ""}`}
      onDoubleClick={() => set(props.usual)}
      onKeyDown={(event) => {
        const step = event.key === "ArrowLeft" ? -16 : event.key === "ArrowRight" ? 16 : 0;
        if (step === 0) return;
        event.preventDefault();
        event.stopPropagation();
        set(value + sign * step);
      }}
      onPointerDown={(event) => {
        const from = event.clientX;
        const target = event.currentTarget;
        target.setPointerCapture(event.pointerId);
        const move = (moved: PointerEvent): void => set(value + sign * (moved.clientX - from));
        const end = (): void => {
          target.removeEventListener("pointermove", move);
          target.removeEventListener("lostpointercapture", end);
        };
        target.addEventListener("pointermove", move);
        target.addEventListener("lostpointercapture", end);
      }}
    >
      <div className="absolute inset-y-0 -left-1.5 w-3 after:absolute after:inset-y-0 after:left-1 after:w-[3px] after:bg-accent after:opacity-0 after:transition-opacity group-hover:after:opacity-60 group-active:after:opacity-100" />
    </div>
  );
}
