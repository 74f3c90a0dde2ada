import type { z } from "zod";
import { type ComponentType, signals } from "../../components.ts";
import { list, section } from "../../config/fields.ts";
import { Cursor, eachItem } from "../../ottl/index.ts";
import type { StatelessFactory } from "../stateless.ts";
import { actionFields, actionProblems } from "./action-config.ts";
import { compileActions, type Owner } from "./compile-actions.ts";
import { warnOfContext } from "./index.ts";

const schema = section({ attributes: list(actionFields) });

type ResourceConfig = z.output<typeof schema>;

function check(checked: unknown): readonly string[] {
  const { attributes } = checked as ResourceConfig;
  return attributes.length === 0 ? ['missing required field "attributes"'] : actionProblems(attributes);
}

/** Changes attributes of resources. */
export const resourceComponent: ComponentType = {
  kind: "processors",
  type: "resource",
  signals,
  differs: {
    "attributes[].from_context": "as of `attributes`",
  },
  config: schema,
  check,
};

export const createResource: StatelessFactory<ResourceConfig> = ({ attributes: actions }, { warn }) => {
  warnOfContext(actions, warn);
  const act = compileActions(actions);
  const owner: Owner = { kind: "resource", row: -1, first: -1 };
  return {
    process(batch) {
      eachItem("resource", new Cursor(batch), (cursor) => {
        owner.row = cursor.resource;
        owner.first = cursor.view.resources.firstAttribute[cursor.resource]!;
        act(cursor, owner);
      });
    },
  };
};
