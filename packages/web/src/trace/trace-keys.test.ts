import assert from "node:assert/strict";
import { test } from "node:test";
import { traceCommand } from "./trace-keys.ts";

const bounds = { from: 0, to: 1_000_000 };
const view = { from: 400_000, to: 600_000 };
const press = (key: string, shiftKey = false): ReturnType<typeof traceCommand> =>
  traceCommand({ key, shiftKey }, view, bounds);

test("letters move as in Jaeger", () => {
  assert.deepEqual(press("s"), { do: "page", by: 1 });
  assert.deepEqual(press("b"), { do: "step", by: -1 });
  assert.deepEqual(press("o"), { do: "level", by: 1 });
  assert.deepEqual(press("["), { do: "all", open: true });
});

test("a and d pan a tenth of the view, with shift half of it", () => {
  assert.deepEqual(press("a"), { do: "view", view: { from: 380_000, to: 580_000 } });
  assert.deepEqual(press("D", true), { do: "view", view: { from: 500_000, to: 700_000 } });
  assert.deepEqual(press("ArrowRight"), { do: "view", view: { from: 420_000, to: 620_000 } });
});

test("up looks closer, down looks wider", () => {
  const closer = press("ArrowUp");
  assert.ok(closer?.do === "view" && closer.view.to - closer.view.from === 160_000);
  const wider = traceCommand({ key: "ArrowDown", shiftKey: false }, view, bounds);
  assert.ok(wider?.do === "view" && wider.view.to - wider.view.from === 250_000);
});

test("other keys are left to the browser", () => {
  for (const key of ["x", "Tab", "F5", " ", "Home"]) assert.equal(press(key), undefined);
});
