import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  readRoutingCases,
  routedItems,
  routingInput,
  routingTargets,
  signalByName,
} from "../../testing/routing-cases.ts";
import { type RoutingConfig, routingComponent } from "./config.ts";
import { createRouter } from "./router.ts";

describe("where routing sends items", () => {
  for (const { name, signal, config, gives } of readRoutingCases((target) => target)) {
    it(name, () => {
      const parsed = routingComponent.config.parse(config) as RoutingConfig;
      assert.deepEqual(routingComponent.check?.(parsed), []);
      const input = routingInput(signal);
      const items = createRouter(parsed, () => {})(signalByName[signal], input);
      for (const target of routingTargets) {
        const part = items.requestFor(target, input);
        assert.deepEqual(routedItems(signal, part === undefined ? [] : [part.request]), gives[target] ?? [], target);
      }
    });
  }
});
