import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OtlpError } from "../errors.ts";
import { Signal } from "../signal.ts";
import { aTraceRequest, traceRequestObject } from "../testing/builders.ts";
import { encodeRequest } from "../testing/encode-request.ts";
import type { RequestObject } from "../testing/encode-request.ts";
import { decodeWithProtobufJs } from "../testing/protobuf-js.ts";
import { jsonToProtobuf } from "./json-to-protobuf.ts";
import { protobufToJson } from "./protobuf-to-json.ts";

function spanOf(text: string): unknown {
  const request: unknown = decodeWithProtobufJs(
    Signal.traces,
    jsonToProtobuf(Signal.traces, Buffer.from(wrapped(text))),
  );
  return find(request, "spans");
}

function wrapped(span: string): string {
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`;
}

/** The first element of the list of that name, wherever it is. */
function find(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const list: unknown = inner;
    const found = key === name && Array.isArray(list) ? list[0] : find(list, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function attribute(value: string): unknown {
  return Object(find(spanOf(`{"attributes":[{"key":"k","value":${value}}]}`), "attributes")).value;
}

function refusal(text: string): string {
  try {
    jsonToProtobuf(Signal.traces, Buffer.from(text));
  } catch (error) {
    assert.ok(error instanceof OtlpError && error.code === "invalid-argument");
    return error.message;
  }
  throw new assert.AssertionError({ message: `${text} was taken` });
}

describe("reading OTLP/JSON", () => {
  it("takes 64-bit integers as strings or numbers, exact beyond 2^53", () => {
    assert.deepEqual(attribute('{"intValue":"9223372036854775807"}'), { intValue: "9223372036854775807" });
    assert.deepEqual(attribute('{"intValue":9223372036854775807}'), { intValue: "9223372036854775807" });
    assert.deepEqual(attribute('{"intValue":-9223372036854775808}'), { intValue: "-9223372036854775808" });
    assert.deepEqual(attribute('{"intValue":"-9007199254740993"}'), { intValue: "-9007199254740993" });
    assert.deepEqual(attribute('{"intValue":-4294967296}'), { intValue: "-4294967296" });
    assert.deepEqual(spanOf('{"startTimeUnixNano":18446744073709551615,"endTimeUnixNano":"1767225600000000001"}'), {
      startTimeUnixNano: "18446744073709551615",
      endTimeUnixNano: "1767225600000000001",
    });
  });

  it("takes whole numbers written with a fraction or an exponent", () => {
    assert.deepEqual(attribute('{"intValue":1.5e3}'), { intValue: "1500" });
    assert.deepEqual(attribute('{"intValue":-2.0}'), { intValue: "-2" });
  });

  it("takes a bare number that 64 bits cannot hold as the double it is", () => {
    assert.deepEqual(attribute('{"intValue":1.5e+308}'), { doubleValue: 1.5e308 });
    assert.deepEqual(attribute('{"intValue":9223372036854775808}'), { doubleValue: 9_223_372_036_854_775_808 });
    assert.deepEqual(attribute('{"intValue":-1e30}'), { doubleValue: -1e30 });
  });

  it("refuses integers out of range, and fractions", () => {
    for (const text of ['"-9223372036854775809"', "1.5", '""', '"1x"', "01", "--1", '"9".']) {
      assert.match(refusal(wrapped(`{"attributes":[{"value":{"intValue":${text}}}]}`)), /intValue|expected/);
    }
    assert.match(refusal(wrapped('{"startTimeUnixNano":-1}')), /"startTimeUnixNano" must be in the range/);
    assert.match(refusal(wrapped('{"startTimeUnixNano":"18446744073709551616"}')), /64 bits/);
    assert.match(refusal(wrapped('{"droppedEventsCount":4294967296}')), /range/);
    assert.match(refusal(wrapped('{"kind":2147483648}')), /range/);
  });

  it("takes doubles that are not finite by name, and numbers in quotes", () => {
    assert.deepEqual(attribute('{"doubleValue":"NaN"}'), { doubleValue: "NaN" });
    assert.deepEqual(attribute('{"doubleValue":"-Infinity"}'), { doubleValue: "-Infinity" });
    assert.deepEqual(attribute('{"doubleValue":"2.5"}'), { doubleValue: 2.5 });
    assert.deepEqual(attribute('{"doubleValue":1e400}'), { doubleValue: "Infinity" });
  });

  it("takes hex ids in either case", () => {
    assert.deepEqual(spanOf('{"traceId":"0AF7651916CD43DD8448EB211C80319C","spanId":"b7aD6b7169203331"}'), {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
    });
  });

  it("takes enums by number, number in quotes, and name", () => {
    for (const kind of ["3", '"3"', '"SPAN_KIND_CLIENT"']) assert.deepEqual(spanOf(`{"kind":${kind}}`), { kind: 3 });
    assert.deepEqual(spanOf('{"status":{"code":"STATUS_CODE_ERROR"}}'), { status: { code: 2 } });
    assert.match(refusal(wrapped('{"kind":"CLIENT"}')), /"kind" must be a number or the name of a value/);
  });

  it("takes names in snake_case, and with escapes", () => {
    assert.deepEqual(spanOf('{"trace_state":"a=b","dropped_events_count":2,"n\\u0061me":"x"}'), {
      traceState: "a=b",
      droppedEventsCount: 2,
      name: "x",
    });
  });

  it("steps over keys it does not know, whatever is in them", () => {
    assert.deepEqual(spanOf('{"x":[{"y":[1,-2.5e3,"}\\"]",true,false,null,{}]},[]],"name":"n","Name":"no"}'), {
      name: "n",
    });
  });

  it("treats null as absent", () => {
    assert.deepEqual(spanOf('{"name":null,"attributes":null,"status":null,"kind":null,"traceId":null}'), {});
  });

  it("lets the last of a key's values count, lists and messages too", () => {
    assert.deepEqual(
      spanOf('{"name":"a","attributes":[{"key":"x"},{"key":"y"}],"name":"b","attributes":[{"key":"z"}],"name":"c"}'),
      {
        name: "c",
        attributes: [{ key: "z" }],
      },
    );
    assert.deepEqual(
      spanOf('{"status":{"code":1,"message":"m"},"kind":1,"trace_state":"t","status":{"code":2},"traceState":null}'),
      {
        kind: 1,
        status: { code: 2 },
      },
    );
  });

  it("unescapes strings, surrogate pairs included", () => {
    assert.deepEqual(spanOf('{"name":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20ac\\ud83d\\ude00é€😀\\u0000"}'), {
      name: '"\\/\b\f\n\r\té€😀é€😀\0',
    });
    assert.deepEqual(spanOf('{"name":"\\ud83dx\\ude00\\ud83d\\ud83d\\ude00"}'), { name: "\ufffdx\ufffd\ufffd😀" });
  });

  it("reads bytes in base64, standard or URL-safe", () => {
    for (const text of ["-_8", "+/8=", "+\\/8="])
      assert.deepEqual(attribute(`{"bytesValue":"${text}"}`), { bytesValue: "+/8=" });
    assert.match(refusal(wrapped('{"attributes":[{"value":{"bytesValue":"a b"}}]}')), /base64/);
  });

  it("keeps zero where it means something, and leaves it out where it does not", () => {
    assert.deepEqual(attribute('{"intValue":0}'), { intValue: "0" });
    assert.deepEqual(attribute('{"stringValue":""}'), { stringValue: "" });
    assert.deepEqual(attribute('{"arrayValue":{}}'), { arrayValue: {} });
    assert.equal(jsonToProtobuf(Signal.traces, Buffer.from(wrapped('{"kind":0,"name":"","flags":0}'))).length, 6);
  });

  it("says where it is wrong", () => {
    assert.equal(
      refusal('{"resourceSpans": [\n  {"scopeSpans": 1}\n]}'),
      '"scopeSpans" must be a list (line 2, column 18, byte 37)',
    );
    assert.equal(refusal('{"resourceSpans"'), 'the JSON ends where ":" was expected (line 1, column 17, byte 16)');
    assert.equal(refusal('{"resourceSpans":[],}'), "a key in quotes was expected (line 1, column 21, byte 20)");
    assert.equal(refusal('{"resourceSpans":[{}] x}'), '"," or "}" was expected (line 1, column 23, byte 22)');
    assert.match(refusal(wrapped('{"name":"a\nb"}')), /the end of a string was expected/);
    assert.match(refusal(wrapped('{"name":"\\x"}')), /an escape was expected/);
    assert.match(refusal(wrapped('{"name":5}')), /"name" must be a string/);
  });

  it("takes a byte order mark and white space", () => {
    assert.equal(jsonToProtobuf(Signal.traces, Buffer.from('\ufeff \r\n\t{ "resourceSpans" : [ ] } \n')).length, 0);
  });

  it("gives what encoding the same request in protobuf gives", () => {
    const init = {
      spans: [{ traceId: "1".repeat(32), spanId: "2".repeat(16), attributes: { a: [1, "b", { c: null }] } }],
    };
    const json = Buffer.from(JSON.stringify(traceRequestObject(init)));
    assert.deepEqual(Buffer.from(jsonToProtobuf(Signal.traces, json)), Buffer.from(aTraceRequest(init)));
  });
});

describe("writing OTLP/JSON", () => {
  it("follows the OTLP rules, not those of protobuf", () => {
    const request: RequestObject = {
      resourceMetrics: [
        {
          resource: { attributes: [{ key: "b", value: { bytesValue: "AAE=" } }] },
          scopeMetrics: [
            {
              metrics: [
                {
                  name: "s",
                  sum: {
                    dataPoints: [{ asInt: "-1", timeUnixNano: "1767225600123456789" }],
                    aggregationTemporality: 2,
                    isMonotonic: true,
                  },
                },
                {
                  name: "h",
                  histogram: {
                    dataPoints: [
                      {
                        count: "3",
                        sum: 0,
                        bucketCounts: ["1", "2"],
                        explicitBounds: [0.5],
                        exemplars: [{ asDouble: NaN, traceId: "ab".repeat(16) }],
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    };
    const text = Buffer.from(protobufToJson(Signal.metrics, encodeRequest(Signal.metrics, request))).toString();
    const expected = structuredClone(request);
    assert.deepEqual(
      JSON.parse(text),
      JSON.parse(JSON.stringify(expected, (_, value: unknown) => (Number.isNaN(value) ? "NaN" : value))),
    );
  });

  it("replaces what is not UTF-8 and escapes what JSON cannot hold", () => {
    const name = Buffer.from([0x61, 0xff, 0x22, 0x0a, 0x01, 0xc3, 0xa9]);
    const bytes = Buffer.concat([Buffer.from([0x0a, 0x0d, 0x12, 0x0b, 0x12, 0x09, 0x2a, name.length]), name]);
    const text = Buffer.from(protobufToJson(Signal.traces, bytes)).toString();
    assert.equal(text, '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a\ufffd\\"\\n\\u0001é"}]}]}]}');
  });

  it("refuses what is no request", () => {
    assert.throws(() => protobufToJson(Signal.traces, Buffer.from([0x0a, 0x05, 0x12])), OtlpError);
  });
});
