import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { listen } from "@genscope/otlp/receiver";
import protobuf from "protobufjs";
import { uncompress } from "snappy";

/** A series as a test looks at it. */
export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Value and milliseconds; `stale` for Prometheus's own NaN. */
  readonly samples: readonly (readonly [number | "stale", number])[];
  readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
  readonly histograms: readonly Readonly<Record<string, unknown>>[];
  readonly metadata?: { readonly type: number; readonly help: string; readonly unit: string };
  readonly createdMs?: number;
}

export interface WriteRequest {
  readonly headers: IncomingHttpHeaders;
  readonly series: readonly WrittenSeries[];
  readonly metadata: readonly Readonly<Record<string, unknown>>[];
}

export interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly retryAfter?: string;
}

/** A receiver of remote write of a test: it reads requests with other code than what wrote them. */
export interface RemoteWriteTarget extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly WriteRequest[];
  /** Series of what it took, by name. */
  series(name: string): WrittenSeries[];
  refuse(why: (request: WriteRequest) => Refusal | undefined): void;
}

const root = protobuf.parse(
  `syntax = "proto3";
message Label { string name = 1; string value = 2; }
message Sample { double value = 1; int64 timestamp = 2; }
message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
message Span { sint32 offset = 1; uint32 length = 2; }
message Histogram {
  oneof count { uint64 count_int = 1; double count_float = 2; }
  double sum = 3; sint32 schema = 4; double zero_threshold = 5;
  oneof zero_count { uint64 zero_count_int = 6; double zero_count_float = 7; }
  repeated Span negative_spans = 8; repeated sint64 negative_deltas = 9;
  repeated Span positive_spans = 11; repeated sint64 positive_deltas = 12;
  int64 timestamp = 15; repeated double custom_values = 16;
}
message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3; repeated Histogram histograms = 4; }
message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
message ExemplarV2 { repeated uint32 labels_refs = 1; double value = 2; int64 timestamp = 3; }
message MetadataV2 { int32 type = 1; uint32 help_ref = 3; uint32 unit_ref = 4; }
message TimeSeriesV2 {
  repeated uint32 labels_refs = 1; repeated Sample samples = 2; repeated Histogram histograms = 3;
  repeated ExemplarV2 exemplars = 4; MetadataV2 metadata = 5; int64 created_timestamp = 6;
}
message RequestV2 { repeated string symbols = 4; repeated TimeSeriesV2 timeseries = 5; }
`,
  { keepCase: true },
).root;
const writeRequest = root.lookupType("WriteRequest");
const requestV2 = root.lookupType("RequestV2");

export async function startRemoteWriteTarget(): Promise<RemoteWriteTarget> {
  const requests: WriteRequest[] = [];
  let refusal: ((request: WriteRequest) => Refusal | undefined) | undefined;
  const server = createServer(async (incoming, response) => {
    const request = await readWriteRequest(incoming);
    const isV2 = isOfV2(request.headers);
    const refused = refusal?.(request);
    if (refused !== undefined) {
      const { status, text, retryAfter } = refused;
      response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": retryAfter }).end(text);
      return;
    }
    requests.push(request);
    response.writeHead(204, isV2 ? { "x-prometheus-remote-write-samples-written": "1" } : {}).end();
  });
  const port = await listen(server, "127.0.0.1", 0);
  return {
    url: `http://127.0.0.1:${port}/api/v1/write`,
    requests,
    series: (name) => requests.flatMap(({ series }) => series.filter(({ labels }) => labels["__name__"] === name)),
    refuse: (why) => void (refusal = why),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Reads a request of either version. */
export async function readWriteRequest(incoming: IncomingMessage): Promise<WriteRequest> {
  const body = (await uncompress(await buffer(incoming))) as Buffer;
  const { headers } = incoming;
  return { headers, ...(isOfV2(headers) ? readV2(body) : readV1(body)) };
}

function isOfV2(headers: IncomingHttpHeaders): boolean {
  return headers["content-type"]?.includes("io.prometheus.write.v2.Request") === true;
}

type Fields = Readonly<Record<string, unknown>>;
type Pairs = readonly { readonly name: string; readonly value: string }[];

function toObject(type: protobuf.Type, body: Buffer): Readonly<Record<string, Fields[]>> {
  return type.toObject(type.decode(body), { longs: Number, arrays: true });
}

function readV1(body: Buffer): Pick<WriteRequest, "series" | "metadata"> {
  const { timeseries = [], metadata = [] } = toObject(writeRequest, body);
  return {
    metadata,
    series: timeseries.map((one) => ({
      labels: sorted(one["labels"] as Pairs),
      samples: samplesOf(one),
      exemplars: (one["exemplars"] as Fields[]).map((exemplar) => ({
        labels: sorted(exemplar["labels"] as Pairs),
        value: exemplar["value"] as number,
      })),
      histograms: one["histograms"] as Fields[],
    })),
  };
}

function readV2(body: Buffer): Pick<WriteRequest, "series" | "metadata"> {
  const { timeseries = [], symbols = [] } = toObject(requestV2, body);
  const texts = symbols as unknown as readonly string[];
  if (texts[0] !== "") throw new Error("the first symbol has to be empty");
  const pairs = (references: readonly number[]): Pairs =>
    Array.from({ length: references.length / 2 }, (_, index) => ({
      name: texts[references[2 * index]!]!,
      value: texts[references[2 * index + 1]!]!,
    }));
  return {
    metadata: [],
    series: timeseries.map((one) => {
      const metadata = one["metadata"] as Readonly<Record<string, number>>;
      return {
        labels: sorted(pairs(one["labels_refs"] as number[])),
        samples: samplesOf(one),
        exemplars: (one["exemplars"] as Fields[]).map((exemplar) => ({
          labels: sorted(pairs(exemplar["labels_refs"] as number[])),
          value: exemplar["value"] as number,
        })),
        histograms: one["histograms"] as Fields[],
        metadata: {
          type: metadata["type"] ?? 0,
          help: texts[metadata["help_ref"] ?? 0]!,
          unit: texts[metadata["unit_ref"] ?? 0]!,
        },
        createdMs: (one["created_timestamp"] as number | undefined) ?? 0,
      };
    }),
  };
}

/** Receivers take labels in order only. */
function sorted(pairs: Pairs): Record<string, string> {
  for (const [index, { name }] of pairs.entries()) {
    if (index > 0 && pairs[index - 1]!.name >= name) throw new Error(`label ${name} is out of order`);
  }
  return Object.fromEntries(pairs.map(({ name, value }) => [name, value]));
}

const scratch = new DataView(new ArrayBuffer(8));

function samplesOf(one: Fields): (readonly [number | "stale", number])[] {
  return (one["samples"] as { readonly value?: number; readonly timestamp?: number }[]).map(
    ({ value = 0, timestamp = 0 }) => {
      scratch.setFloat64(0, value);
      const isStale = Number.isNaN(value) && scratch.getUint32(4) === 2;
      return [isStale ? "stale" : value, timestamp] as const;
    },
  );
}
