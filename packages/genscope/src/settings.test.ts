import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError, parseUpConfig } from "./settings.ts";

describe("up settings", () => {
  it("are the documented ports on loopback when nothing is given", () => {
    const config = parseUpConfig({});
    assert.deepEqual([config.host, config.grpcPort, config.httpPort, config.port], ["127.0.0.1", 4317, 4318, 4319]);
    assert.equal(config.durability, "process");
    assert.match(config.data, /\.genscope$/);
  });

  it("take numbers written as text, as flags and the environment give them", () => {
    assert.equal(parseUpConfig({ port: "0" }).port, 0);
    assert.equal(parseUpConfig({ journalMaxBytes: "1048576" }).journalMaxBytes, 1_048_576);
  });

  for (const port of ["", "abc", "-1", "65536", "80.5", " "]) {
    it(`refuse the port ${JSON.stringify(port)} and name the flag`, () => {
      assert.throws(
        () => parseUpConfig({ grpcPort: port }),
        (error) => error instanceof ConfigError && /--grpc-port \(GENSCOPE_GRPC_PORT\)/.test(error.message),
      );
    });
  }

  it("split lists at commas", () => {
    assert.deepEqual(parseUpConfig({ allowedHosts: "a.test, b.test,," }).allowedHosts, ["a.test", "b.test"]);
  });

  it("refuse an unknown durability", () => {
    assert.throws(() => parseUpConfig({ durability: "maybe" }), /--durability must be/);
  });
});
