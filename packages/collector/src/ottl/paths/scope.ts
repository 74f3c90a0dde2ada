import { readString } from "@genscope/otlp";
import { attributesField, countField, type PathTable, textField } from "./field.ts";

const of = { kind: "scope", row: (cursor: { readonly scope: number }) => cursor.scope } as const;

export const scopePaths: PathTable = {
  name: textField(of, "name", ({ view }, row) =>
    readString(view, view.scopes.nameOffset[row]!, view.scopes.nameLength[row]!),
  ),
  version: textField(of, "version", ({ view }, row) =>
    readString(view, view.scopes.versionOffset[row]!, view.scopes.versionLength[row]!),
  ),
  attributes: attributesField("scope", of.row, (c, row) => c.view.scopes.firstAttribute[row]!),
  dropped_attributes_count: countField(
    of,
    "droppedAttributesCount",
    (c, row) => c.view.scopes.droppedAttributesCount[row]!,
  ),
  schema_url: textField(of, "schemaUrl", ({ view }, row) =>
    readString(view, view.scopes.schemaUrlOffset[row]!, view.scopes.schemaUrlLength[row]!),
  ),
};
