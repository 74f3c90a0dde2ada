import type { z } from "zod";
import { anything, list, optionalSection, section, text, word } from "../../config/fields.ts";
import { errorModeField, groupsField } from "../ottl/group-fields.ts";
import { attributeMatch, matchProperties, severityMatch } from "../ottl/match-properties.ts";

const conditions = list(text(""));
const attributeMatches = list(attributeMatch);
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
  severity_number: severityMatch,
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
