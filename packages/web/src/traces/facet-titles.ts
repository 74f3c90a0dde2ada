import { spanTypes } from "@genscope/semconv";
import { kindLabel } from "../kinds/kind-icon.tsx";
import type { FacetName } from "../url/list-search.ts";

export const facetTitles: Readonly<Record<FacetName, string>> = {
  status: "Status",
  service: "Service",
  name: "Span name",
  spanType: "Kind",
  operation: "Operation",
  model: "Model",
  provider: "Provider",
  agent: "Agent",
  tool: "Tool",
};

/** A facet's value as a reader should see it. */
export function facetValueLabel(facet: FacetName, value: string): string {
  if (facet === "spanType") {
    const type = spanTypes.find((one) => one === value);
    return type === undefined ? value : kindLabel(type);
  }
  if (facet === "status") return value === "error" ? "Error" : value === "ok" ? "OK" : value;
  return value;
}
