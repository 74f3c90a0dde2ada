import type { Zoom } from "../url/trace-search.ts";
import { panBy, zoomBy } from "./layout.ts";

/** What a key asks of the trace page. */
export type TraceCommand =
  | { do: "page" | "step" | "row" | "error" | "tool" | "hit" | "level"; by: 1 | -1 }
  | { do: "all"; open: boolean }
  | { do: "view"; view: Zoom }
  | { do: "find" | "escape" | "open" | "whole" };

interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
}

/** The command of a key, Jaeger's where it has one. Undefined: not ours. */
export function traceCommand({ key, shiftKey }: Key, view: Zoom, bounds: Zoom): TraceCommand | undefined {
  const fast = shiftKey ? 5 : 1;
  switch (key) {
    case "s":
      return { do: "page", by: 1 };
    case "w":
      return { do: "page", by: -1 };
    case "f":
      return { do: "step", by: 1 };
    case "b":
      return { do: "step", by: -1 };
    case "j":
      return { do: "row", by: 1 };
    case "k":
      return { do: "row", by: -1 };
    case "e":
      return { do: "error", by: 1 };
    case "E":
      return { do: "error", by: -1 };
    case "t":
      return { do: "tool", by: 1 };
    case "T":
      return { do: "tool", by: -1 };
    case "n":
      return { do: "hit", by: 1 };
    case "N":
      return { do: "hit", by: -1 };
    case "o":
      return { do: "level", by: 1 };
    case "p":
      return { do: "level", by: -1 };
    case "[":
      return { do: "all", open: true };
    case "]":
      return { do: "all", open: false };
    case "a":
    case "A":
    case "ArrowLeft":
      return { do: "view", view: panBy(view, bounds, -0.1 * fast) };
    case "d":
    case "D":
    case "ArrowRight":
      return { do: "view", view: panBy(view, bounds, 0.1 * fast) };
    case "ArrowUp":
      return { do: "view", view: zoomBy(view, bounds, 0.8 ** fast) };
    case "ArrowDown":
      return { do: "view", view: zoomBy(view, bounds, 1.25 ** fast) };
    case "0":
      return { do: "whole" };
    case "/":
      return { do: "find" };
    case "Enter":
      return { do: "open" };
    case "Escape":
      return { do: "escape" };
    default:
      return undefined;
  }
}
