import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Signal } from "../signal.ts";
import {
  decodeExportResponse,
  encodeExportResponse,
  fromExportResponseJson,
  toExportResponseJson,
} from "./export-response.ts";
import { services } from "./services.ts";
import { decodeStatus, encodeStatus, fromStatusJson, toStatusJson } from "./status.ts";

describe("the export response", () => {
  it("is empty for a full success", () => {
    assert.equal(encodeExportResponse({ rejected: 0, message: "" }).length, 0);
    assert.deepEqual(toExportResponseJson(Signal.logs, { rejected: 0, message: "" }), {});
  });

  it("carries count and message byte for byte as protobuf has them", () => {
    const partial = { rejected: 300, message: "bad ids" };
    // partial_success = 1 { rejected = 1: 300, error_message = 2: "bad ids" }
    assert.equal(encodeExportResponse(partial).toString("hex"), "0a0c08ac02120762616420696473");
    assert.deepEqual(decodeExportResponse(encodeExportResponse(partial)), partial);
    const warning = { rejected: 0, message: "w" };
    assert.equal(encodeExportResponse(warning).toString("hex"), "0a03120177");
    assert.deepEqual(decodeExportResponse(encodeExportResponse(warning)), warning);
  });

  it("names the rejected items by signal in JSON, the count as a string", () => {
    const partial = { rejected: 3, message: "m" };
    const names = [Signal.traces, Signal.logs, Signal.metrics].map((signal) => {
      const json = toExportResponseJson(signal, partial);
      assert.deepEqual(fromExportResponseJson(signal, json), partial);
      return JSON.stringify(json);
    });
    assert.deepEqual(names, [
      '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"m"}}',
      '{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"m"}}',
      '{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"m"}}',
    ]);
  });

  it("skips fields it does not know and refuses broken bytes", () => {
    const unknown = Buffer.from("10011d000000002100000000000000000a020805", "hex");
    assert.deepEqual(decodeExportResponse(unknown), { rejected: 5, message: "" });
    for (const broken of ["0a", "0a05", "ffffffffffffffffffffff", "0b"]) {
      assert.throws(() => decodeExportResponse(Buffer.from(broken, "hex")), RangeError);
    }
  });
});

describe("google.rpc.Status", () => {
  it("carries code and message", () => {
    const status = { code: 3, message: "no", retryDelayMs: undefined };
    assert.equal(encodeStatus(status).toString("hex"), "080312026e6f");
    assert.deepEqual(decodeStatus(encodeStatus(status)), status);
    assert.deepEqual(fromStatusJson(toStatusJson(status)), status);
    assert.equal(JSON.stringify(toStatusJson(status)), '{"code":3,"message":"no"}');
  });

  it("carries RetryInfo with the delay in seconds and nanoseconds", () => {
    const status = { code: 14, message: "later", retryDelayMs: 1500 };
    const type = Buffer.from("type.googleapis.com/google.rpc.RetryInfo").toString("hex");
    assert.equal(encodeStatus(status).toString("hex"), `080e12056c617465721a360a28${type}120a0a0808011080cab5ee01`);
    assert.deepEqual(decodeStatus(encodeStatus(status)), status);
    assert.deepEqual(fromStatusJson(toStatusJson(status)), status);
    assert.deepEqual(toStatusJson(status), {
      code: 14,
      message: "later",
      details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "1.5s" }],
    });
  });

  it("reads what is missing or of another kind as defaults", () => {
    assert.deepEqual(decodeStatus(Buffer.alloc(0)), { code: 0, message: "", retryDelayMs: undefined });
    for (const json of [
      null,
      1,
      "x",
      [],
      { code: "3", message: 4, details: {} },
      { details: [null, { "@type": "x" }] },
    ]) {
      assert.deepEqual(fromStatusJson(json), { code: 0, message: "", retryDelayMs: undefined });
    }
  });
});

describe("services", () => {
  it("are where OTLP has them", () => {
    assert.deepEqual(
      Object.values(services).map((each) => [each.httpPath, each.grpcPath]),
      [
        ["/v1/traces", "/opentelemetry.proto.collector.trace.v1.TraceService/Export"],
        ["/v1/logs", "/opentelemetry.proto.collector.logs.v1.LogsService/Export"],
        ["/v1/metrics", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"],
      ],
    );
  });
});
