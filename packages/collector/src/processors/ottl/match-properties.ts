import { anything, boolean, list, optionalSection, section, text, word } from "../../config/fields.ts";
import type { ConfigValue } from "../../config/config-value.ts";

/** A key, and the value it must have; any if there is none. */
export const attributeMatch = section({ key: text(""), value: anything() });
/** The least severity, by name or number, and whether records without one match, too. */
export const severityMatch = optionalSection({ min: text(""), match_undefined: boolean(false) });

/** What an item must be, in the words that processors had before OTTL: every part that is given must match. */
export const matchProperties = optionalSection({
  match_type: word(["strict", "regexp"], "strict"),
  regexp: anything(),
  services: list(text("")),
  span_names: list(text("")),
  span_kinds: list(text("")),
  attributes: list(attributeMatch),
  resources: list(attributeMatch),
  libraries: list(section({ name: text(""), version: text() })),
  log_bodies: list(text("")),
  log_severity_texts: list(text("")),
  log_severity_number: severityMatch,
  metric_names: list(text("")),
});

export interface AttributeMatch {
  readonly key: string;
  readonly value: ConfigValue;
}

export interface MatchProperties {
  readonly match_type: "strict" | "regexp";
  readonly services?: readonly string[] | undefined;
  readonly span_names?: readonly string[] | undefined;
  readonly span_kinds?: readonly string[] | undefined;
  readonly attributes?: readonly AttributeMatch[] | undefined;
  readonly resources?: readonly AttributeMatch[] | undefined;
  readonly libraries?: readonly { readonly name: string; readonly version: string | undefined }[] | undefined;
  readonly log_bodies?: readonly string[] | undefined;
  readonly log_severity_texts?: readonly string[] | undefined;
  readonly log_severity_number?: { readonly min: string; readonly match_undefined: boolean } | undefined;
  readonly metric_names?: readonly string[] | undefined;
}
