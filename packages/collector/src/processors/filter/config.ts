import type { z } from "zod";
import { type ComponentType, type PipelineSignal, signals } from "../../components.ts";
import { anything, list, optionalSection, section, text, word } from "../../config/fields.ts";
import { errorModeField, groupsField } from "../ottl/group-fields.ts";
import { matchProperties } from "../ottl/match-properties.ts";
import { parseProblems } from "../../ottl/index.ts";
import { compileDrops } from "./compile-drops.ts";

const conditions = list(text(""));
const attributeMatches = list(section({ key: text(""), value: anything() }));
const metricMatch = optionalSection({
  match_type: word(["strict", "regexp"], "strict"),
  regexp: anything(),
  metric_names: conditions,
  resource_attributes: attributeMatches,
});
const logMatch = optionalSection({
  match_type: word(["strict", "regexp"], "strict"),
  resource_attributes: attributeMatches,
  record_attributes: attributeMatches,
  severity_texts: conditions,
  severity_number: matchProperties.transform((one) => one?.log_severity_number),
  bodies: conditions,
});

export const filterConfig = section({
  error_mode: errorModeField(),
  traces: section({ resource: conditions, span: conditions, spanevent: conditions }),
  metrics: section({
    resource: conditions,
    metric: conditions,
    datapoint: conditions,
    include: metricMatch,
    exclude: metricMatch,
    regexp: anything(),
  }),
  logs: section({ resource: conditions, log_record: conditions, include: logMatch, exclude: logMatch }),
  spans: section({ include: matchProperties, exclude: matchProperties }),
  trace_conditions: groupsField("conditions"),
  metric_conditions: groupsField("conditions"),
  log_conditions: groupsField("conditions"),
});

export type FilterConfig = z.output<typeof filterConfig>;
