import type { MessageKind } from "@genscope/otlp";
import type { Cursor } from "../cursor.ts";
import { OttlError } from "../ottl-error.ts";
import { expectText, type IndexedPath, type Row, textField } from "./field.ts";
import { parseTraceState, withTraceStateMember } from "./trace-state.ts";

/** `trace_state` as text, or one member of it by key: "" for one it does not have, nil where the whole is not valid. */
export function traceStatePath(
  kind: MessageKind,
  row: Row,
  read: (cursor: Cursor, row: number) => string,
): IndexedPath {
  const text = textField({ kind, row }, "traceState", read)([]);
  const state = (cursor: Cursor): string => text.get(cursor) as string;
  return {
    indexed: (keys) => {
      const [key] = keys;
      if (key === undefined) return text;
      if (keys.length > 1) throw new OttlError("must provide exactly 1 key when accessing trace_state");
      const name = (cursor: Cursor): string => {
        const value = key.get(cursor);
        if (typeof value !== "string") throw new OttlError("trace_state indexing type must be a string");
        return value;
      };
      return {
        get: (cursor) => {
          const members = parseTraceState(state(cursor));
          return members === undefined ? null : (members.get(name(cursor)) ?? "");
        },
        set: (cursor, value) => {
          const changed = withTraceStateMember(state(cursor), name(cursor), expectText(value));
          if (changed !== undefined) text.set!(cursor, changed);
        },
      };
    },
  };
}
