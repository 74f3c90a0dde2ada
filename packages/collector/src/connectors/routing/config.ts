import type { z } from "zod";
import { type ComponentType, signals } from "../../components.ts";
import { list, section, text, word } from "../../config/fields.ts";
import { parseProblems } from "../../ottl/index.ts";
import { errorModeField } from "../../processors/ottl/group-fields.ts";
import { compileRoute } from "./compile-route.ts";

const route = section({
  context: word(["resource", "scope", "span", "metric", "datapoint", "log", "request"], "resource"),
  condition: text(""),
  statement: text(""),
  action: word(["move", "copy"], "move"),
  pipelines: list(text("")),
});

const schema = section({ error_mode: errorModeField(), default_pipelines: list(text("")), table: list(route) });

export type RoutingConfig = z.output<typeof schema>;

function check(checked: unknown): readonly string[] {
  const { table } = checked as RoutingConfig;
  if (table.length === 0) return ["invalid routing table: the routing table is empty"];
  return table.flatMap((one) => {
    if (one.statement === "" && one.condition === "") return ["invalid route: no condition or statement provided"];
    if (one.statement !== "" && one.condition !== "") return ["invalid route: both condition and statement provided"];
    if (one.pipelines.length === 0) return ["invalid route: no pipelines defined"];
    if (one.context === "request") {
      return ["invalid context: request: what the connection said is not known any more when data is routed"];
    }
    return parseProblems(() => compileRoute(one));
  });
}

/** Sends items on into pipelines by conditions in OTTL. */
export const routingComponent: ComponentType = {
  kind: "connectors",
  type: "routing",
  signals,
  differs: {
    error_mode: "`ignore` is the default: the sender has its answer by then, so that `propagate` loses the batch",
    "table[].context": "no `request`: what the connection said is not known any more; `scope` besides",
  },
  gives: { traces: ["traces"], metrics: ["metrics"], logs: ["logs"] },
  config: schema,
  check,
};
