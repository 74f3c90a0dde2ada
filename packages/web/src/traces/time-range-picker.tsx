import { Popover } from "@base-ui/react/popover";
import { Calendar, ChevronDown } from "lucide-react";
import { useState, type ReactElement } from "react";
import { formatWhen } from "../format/time.ts";
import type { ListSearch } from "../url/list-search.ts";
import { rangeOf } from "../url/list-search.ts";
import { rangePresets, resolveRange, type TimeRange } from "../url/time-range.ts";
import { Button } from "../ui/button.tsx";

export function TimeRangePicker(props: { search: ListSearch; onChange: (range: TimeRange) => void }): ReactElement {
  const [open, setOpen] = useState(false);
  const range = rangeOf(props.search);
  const choose = (next: TimeRange): void => {
    setOpen(false);
    props.onChange(next);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger render={<Button variant="outline" className="h-8!" />}>
        <Calendar aria-hidden size={13} />
        <span className="num">{rangeLabel(range)}</span>
        <ChevronDown aria-hidden size={12} className="text-ink-3" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="z-50" sideOffset={4} align="end">
          <Popover.Popup className="w-64 rounded-lg border border-line bg-raised p-1.5 shadow-pop outline-none">
            <ul>
              {rangePresets.map((preset) => {
                const current = "last" in range && range.last === preset.last;
                return (
                  <li key={preset.last}>
                    <button
                      type="button"
                      aria-pressed={current}
                      className={`flex h-8 w-full items-center rounded-md px-2.5 text-left hover:bg-hover ${current ? "bg-selected font-medium text-accent-ink" : ""}`}
                      onClick={() => choose({ last: preset.last })}
                    >
                      Last {preset.label}
                    </button>
                  </li>
                );
              })}
            </ul>
            <CustomRange range={range} onChoose={choose} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

export function rangeLabel(range: TimeRange): string {
  if ("last" in range) {
    const preset = rangePresets.find((one) => one.last === range.last);
    return `Last ${preset?.label ?? range.last}`;
  }
  const now = Date.now();
  return `${formatWhen(range.fromMs, now)} – ${formatWhen(range.toMs, now)}`;
}

function CustomRange(props: { range: TimeRange; onChoose: (range: TimeRange) => void }): ReactElement {
  const [initial] = useState(() => resolveRange(props.range, Date.now()));
  const [from, setFrom] = useState(() => localInput(initial.fromMs));
  const [to, setTo] = useState(() => localInput(initial.toMs));
  const fromMs = new Date(from).getTime();
  const toMs = new Date(to).getTime();
  const valid = fromMs < toMs;
  const field = "mt-0.5 h-8 w-full rounded-md border border-line-strong/70 bg-surface px-2 text-xs num";
  return (
    <form
      className="mt-1.5 space-y-2 border-t border-line p-1.5 pt-2.5"
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) props.onChoose({ fromMs, toMs });
      }}
    >
      <label className="block text-2xs text-ink-3">
        From
        <input
          type="datetime-local"
          step={1}
          value={from}
          onChange={(event) => setFrom(event.target.value)}
          className={field}
        />
      </label>
      <label className="block text-2xs text-ink-3">
        To
        <input
          type="datetime-local"
          step={1}
          value={to}
          onChange={(event) => setTo(event.target.value)}
          className={field}
        />
      </label>
      <Button type="submit" variant="primary" disabled={!valid} className="w-full">
        {valid ? "Show this range" : "From must be before to"}
      </Button>
    </form>
  );
}

/** What a `datetime-local` field takes: local time, without a zone. */
function localInput(ms: number): string {
  const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19);
}
