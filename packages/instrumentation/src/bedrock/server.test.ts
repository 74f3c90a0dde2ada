import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";
import { knownServer, learnServer } from "./server.ts";

describe("where a Bedrock client sends its calls", () => {
  for (const [options, address, port] of [
    [{ region: "eu-west-1" }, "bedrock-runtime.eu-west-1.amazonaws.com", 443],
    [{ region: "cn-north-1" }, "bedrock-runtime.cn-north-1.amazonaws.com.cn", 443],
    [{ region: "eu-west-1", endpoint: "http://gateway.internal:8080/bedrock" }, "gateway.internal", 8080],
    [{ region: "eu-west-1", endpoint: "https://gateway.internal" }, "gateway.internal", 443],
  ] as const) {
    it(`is learnt from ${JSON.stringify(options)}, once`, async () => {
      const client = new BedrockRuntimeClient(options);
      assert.equal(knownServer(client), undefined);
      assert.deepEqual(await learnServer(client), { address, port });
      assert.deepEqual(knownServer(client), { address, port });
      client.destroy();
    });
  }

  it("is not known of an object that is no client", async () => {
    assert.equal(await learnServer({}), undefined);
  });
});
