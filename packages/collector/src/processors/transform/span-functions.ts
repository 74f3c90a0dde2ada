import { define, OttlError, type OttlFunction } from "../../ottl/index.ts";
import { constantText, optional } from "../../ottl/functions/parameters.ts";
import type { Path } from "../../ottl/paths/field.ts";
import { spanPaths } from "../../ottl/paths/span.ts";
import { semconvSpanName } from "./span-name.ts";

const name = (spanPaths["name"] as Path)([]);
const kind = (spanPaths["kind"] as Path)([]);

const setSemconvSpanName = define(
  "set_semconv_span_name",
  { semconv_version: constantText, original_span_name_attribute: optional(constantText) },
  ({ semconv_version: version, original_span_name_attribute: keptAs }) => {
    if (!/^v?\d+\.\d+\.\d+$/u.test(version)) {
      throw new OttlError(`failed to parse semconv version ${JSON.stringify(version)}: such as 1.41.0`);
    }
    if (keptAs === "") throw new OttlError("originalSpanNameAttribute cannot be an empty string");
    return (cursor) => {
      const before = name.get(cursor);
      const after = semconvSpanName(cursor, Number(kind.get(cursor))) ?? before;
      if (after === before) return null;
      name.set!(cursor, after);
      if (keptAs !== undefined) cursor.attributes.set("span", cursor.span, keptAs, before);
      return null;
    };
  },
);

export const spanFunctions: readonly OttlFunction[] = [setSemconvSpanName];
