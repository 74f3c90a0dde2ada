import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readKnnQuery, readReply } from "./knn-query.ts";

function search(query: string, ...options: readonly unknown[]): ReturnType<typeof readKnnQuery> {
  return readKnnQuery(["FT.SEARCH", "manual", query, ...options]);
}

describe("readKnnQuery", () => {
  it("reads how many, and where the distance will be", () => {
    const { topK, scoreField } = search("(@kind:{page})=>[KNN 3 @vector $blob EF_RUNTIME 10 AS distance]")!;
    assert.deepEqual({ topK, scoreField }, { topK: 3, scoreField: "distance" });
    assert.equal(search("*=>[KNN 3 @vector $blob]")?.scoreField, "__vector_score");
    const range = search("@vector:[VECTOR_RANGE 0.2 $blob]=>{$YIELD_DISTANCE_AS: near}")!;
    assert.deepEqual([range.topK, range.scoreField], [undefined, "near"]);
  });

  it("reads a number that is a parameter, wherever it stands", () => {
    const parameters = ["PARAMS", "4", "blob", Buffer.from([1, 2]), "count", "7"];
    assert.equal(search("*=>[KNN $count @vector $blob]", "LIMIT", "0", "3", ...parameters)?.topK, 7);
    assert.equal(search("*=>[KNN $missing @vector $blob]", ...parameters)?.topK, undefined);
  });

  it("leaves other searches and other commands alone", () => {
    assert.equal(search("@title:knn"), undefined);
    assert.equal(readKnnQuery(["GET", "*=>[KNN 3 @vector $blob]"]), undefined);
    assert.equal(readKnnQuery([]), undefined);
    assert.equal(readKnnQuery(["FT.SEARCH", 1, null]), undefined);
  });
});

describe("readReply", () => {
  const query = "*=>[KNN 2 @vector $blob AS distance]";

  it("knows what stands in a list by what was asked for", () => {
    const ids = readReply([2, "1", "2"], search(query, "NOCONTENT")!);
    assert.deepEqual(
      [ids.count, ids.hits()],
      [2, ["1", "2"].map((id) => ({ id, score: undefined, content: undefined }))],
    );
    const scored = readReply(
      [
        1,
        Buffer.from("doc"),
        "0.5",
        [Buffer.from("distance"), Buffer.from("0.25"), "text", "Hold.", "vector", Buffer.from([0, 255])],
      ],
      search(query, "WITHSCORES")!,
    );
    assert.deepEqual(scored.hits(), [{ id: "doc", score: 0.25, content: "Hold." }]);
  });

  it("reads a map, and a list of keys and values in its place", () => {
    const result = new Map<string, unknown>([
      ["id", "doc"],
      ["extra_attributes", ["distance", "0.25", "text", "Hold."]],
    ]);
    const found = readReply(new Map([["results", [result]]]), search(query)!);
    assert.deepEqual(found.hits(), [{ id: "doc", score: 0.25, content: "Hold." }]);
  });

  it("finds nothing in what is no answer", () => {
    for (const reply of [undefined, null, "QUEUED", 3, []]) assert.equal(readReply(reply, search(query)!).count, 0);
  });
});
