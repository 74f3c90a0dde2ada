import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { Deliveries, Delivery, type ExportResult, quiet } from "./quiet-exporter.ts";

/** An exporter that succeeds, fails, or would hang in retries, and counts. */
class Sink {
  batches = 0;
  result: ExportResult = { code: 0 };
  export(_batch: string, done: (result: ExportResult) => void): void {
    this.batches++;
    done(this.result);
  }
}

function send(exporter: Sink): Promise<ExportResult> {
  return new Promise((resolve) => {
    exporter.export("batch", resolve);
  });
}

describe("an exporter made quiet", () => {
  it("does not try where nobody listens, says so once, and tries again when somebody does", async () => {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    await new Promise((resolve) => server.close(resolve));
    const warnings: string[] = [];
    const delivery = new Delivery(`http://127.0.0.1:${address.port}`, {}, (message) => warnings.push(message));
    const sink = new Sink();
    const exporter = quiet(sink, delivery);
    assert.equal((await send(exporter)).code, 1);
    assert.equal((await send(exporter)).code, 1);
    assert.equal(sink.batches, 0);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /ECONNREFUSED/u);
    await new Promise<void>((resolve) => {
      server.listen(address.port, "127.0.0.1", resolve);
    });
    assert.equal((await send(exporter)).code, 0);
    assert.equal(sink.batches, 1);
    await new Promise((resolve) => server.close(resolve));
  });

  it("warns again only if it worked in between", async () => {
    const warnings: string[] = [];
    // through a proxy nothing is looked up
    const delivery = new Delivery("http://collector", { HTTP_PROXY: "http://p" }, (text) => warnings.push(text));
    const exporter = quiet(new Sink(), delivery);
    for (const code of [1, 1, 0, 1]) {
      exporter.result = code === 0 ? { code } : { code, error: new Error("no") };
      assert.equal((await send(exporter)).code, code);
    }
    assert.equal(warnings.length, 2);
  });

  it("shares its notice with other signals to the same collector", () => {
    const deliveries = new Deliveries({});
    assert.equal(deliveries.to("http://a:1/v1/traces"), deliveries.to("http://a:1"));
    assert.notEqual(deliveries.to("http://a:1"), deliveries.to("http://a:2"));
  });
});
