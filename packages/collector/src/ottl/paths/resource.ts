import { readString } from "@genscope/otlp";
import { attributesField, countField, type PathTable, textField } from "./field.ts";

const of = { kind: "resource", row: (cursor: { readonly resource: number }) => cursor.resource } as const;

export const resourcePaths: PathTable = {
  attributes: attributesField("resource", of.row, (c, row) => c.view.resources.firstAttribute[row]!),
  dropped_attributes_count: countField(
    of,
    "droppedAttributesCount",
    (c, row) => c.view.resources.droppedAttributesCount[row]!,
  ),
  schema_url: textField(of, "schemaUrl", ({ view }, row) =>
    readString(view, view.resources.schemaUrlOffset[row]!, view.resources.schemaUrlLength[row]!),
  ),
};
