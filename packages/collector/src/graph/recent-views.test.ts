import assert from "node:assert/strict";
import { it } from "node:test";
import { readString } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import { internalLimits } from "./index-request.ts";
import { RecentViews } from "./recent-views.ts";

function named(name: string, bytes = 0): Uint8Array {
  return aTraceRequest({ spans: [{ name, attributes: { prompt: "x".repeat(bytes) } }] });
}

function nameIn(views: RecentViews, request: Uint8Array): string {
  const view = views.of(request, internalLimits);
  return readString(view, view.spans.nameOffset[0]!, view.spans.nameLength[0]!);
}

it("a request is indexed once by those who look at it soon after each other, and anew later", () => {
  const views = new RecentViews();
  const [small, large] = [named("small"), named("large", 200_000)];
  const first = views.of(small, internalLimits);
  const firstLarge = views.of(large, internalLimits);
  assert.equal(views.of(small, internalLimits), first);
  assert.equal(views.of(large, internalLimits), firstLarge);
  for (let other = 0; other < 100; other++) assert.equal(nameIn(views, named(`n${other}`)), `n${other}`);
  assert.notEqual(views.of(small, internalLimits), first);
  assert.equal(nameIn(views, small), "small");
  assert.equal(nameIn(views, named("other", 300_000)), "other");
  assert.equal(nameIn(views, large), "large");
});

it("a reader that is behind by more requests than are known finds the newest of them", () => {
  const views = new RecentViews();
  const requests = Array.from({ length: 150 }, (_, index) => named(`n${index}`));
  const known = new Set(requests.map((request) => views.add(request, internalLimits)));
  const found = requests.map((request) => known.has(views.of(request, internalLimits)));
  assert.equal(found[0], false);
  assert.deepEqual([...new Set(found.slice(-40))], [true]);
  for (const [index, request] of requests.entries()) assert.equal(nameIn(views, request), `n${index}`);
});

it("a request that cannot be read leaves others as they are", () => {
  const views = new RecentViews();
  const good = named("good");
  for (let time = 0; time < 50; time++) {
    assert.throws(() => views.add(Uint8Array.of(0x0a, 0x7f), internalLimits), { code: "invalid-argument" });
    assert.throws(() => views.of(Uint8Array.of(0x0a, 0x7f), internalLimits), { code: "invalid-argument" });
    assert.equal(nameIn(views, good), "good");
  }
});
