import { spanTypes } from "@genscope/semconv";
import { useEffect, useEffectEvent, type KeyboardEvent as ReactKeyboardEvent, type RefObject } from "react";
import { isPageKey } from "../ui/keyboard.ts";
import type { TraceModel } from "./model.ts";
import { isOpen, nextRow } from "./rows.ts";
import { traceCommand } from "./trace-keys.ts";
import type { TreeHandle } from "./trace-tree.tsx";
import type { TraceView } from "./use-trace-view.ts";

/** Listens to the keys of the page; gives the listener for those that are pressed in the tree itself. */
export function useTraceKeys(
  model: TraceModel,
  trace: TraceView,
  tree: RefObject<TreeHandle | null>,
  findInput: RefObject<HTMLInputElement | null>,
): (event: ReactKeyboardEvent) => void {
  const { search, patch, openness, keep, rows, view, bounds, selected, goTo, toggle, step } = trace;
  const kept = (row: number): boolean => keep === undefined || keep[row] !== 0;

  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && (event.key === "f" || event.key === "b")) {
      event.preventDefault();
      findInput.current?.select();
      return;
    }
    if (!isPageKey(event)) return;
    const command = traceCommand(event, view, bounds);
    if (command === undefined) return;
    if (command.do === "open" && event.target instanceof Element && event.target.closest("button, a") !== null) return;
    event.preventDefault();
    switch (command.do) {
      case "row":
        return step(command.by);
      case "page":
        return tree.current?.page(command.by);
      case "step": {
        const range = tree.current?.window();
        if (range === undefined) return undefined;
        return tree.current?.reveal(
          command.by > 0 ? Math.min(rows.length - 1, range.last + 1) : Math.max(0, range.first - 1),
        );
      }
      case "error":
        return goTo(nextRow(model, selected, command.by, (row) => model.status[row] === 2 && kept(row)));
      case "tool": {
        const tool = spanTypes.indexOf("tool");
        return goTo(nextRow(model, selected, command.by, (row) => model.type[row] === tool && kept(row)));
      }
      case "hit":
        return trace.nextHit(command.by);
      case "level": {
        const depth = Math.min(model.maxDepth + 1, openness.depth) + command.by;
        return patch({ depth: depth > model.maxDepth ? undefined : Math.max(1, depth), toggled: undefined });
      }
      case "all":
        return patch({ depth: command.open ? undefined : 1, toggled: undefined });
      case "view":
        return trace.setView(command.view);
      case "whole":
        return patch({ zoom: undefined });
      case "find":
        return findInput.current?.select();
      case "open":
        return selected < 0 ? step(1) : undefined;
      case "escape":
        if (search.find !== undefined) return patch({ find: undefined });
        if (search.span !== undefined) return patch({ span: undefined });
        return patch({ zoom: undefined, kind: undefined, errors: undefined });
    }
  });
  useEffect(() => {
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  /** In the tree itself the arrow keys are those of any tree. */
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.target !== event.currentTarget)
      return;
    const handled = ((): boolean => {
      switch (event.key) {
        case "ArrowDown":
          step(1);
          return true;
        case "ArrowUp":
          step(-1);
          return true;
        case "ArrowRight":
          if (selected < 0) return false;
          if (model.childCount[selected]! > 0 && !isOpen(model, selected, openness)) toggle(selected);
          else step(1);
          return true;
        case "ArrowLeft":
          if (selected < 0) return false;
          if (model.childCount[selected]! > 0 && isOpen(model, selected, openness)) toggle(selected);
          else goTo(model.parent[selected]!);
          return true;
        case "Home":
          goTo(rows[0] ?? -1);
          return true;
        case "End":
          goTo(rows.at(-1) ?? -1);
          return true;
        default:
          return false;
      }
    })();
    if (handled) event.preventDefault();
  };
}
