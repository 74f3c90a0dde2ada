import { Signal } from "../signal.ts";

/** Where a signal is sent to, and what its answer calls the items it left out. */
export interface SignalService {
  readonly signal: Signal;
  readonly httpPath: string;
  readonly grpcService: string;
  /** The full method, as in HTTP/2's `:path`. */
  readonly grpcPath: string;
  /** JSON name of the count in the partial success; its number is 1 for every signal. */
  readonly rejectedName: string;
}

function service(signal: Signal, name: string, rejectedName: string): SignalService {
  const grpcService = `opentelemetry.proto.collector.${name}.v1.${name[0]?.toUpperCase()}${name.slice(1)}Service`;
  return {
    signal,
    httpPath: `/v1/${name === "trace" ? "traces" : name}`,
    grpcService,
    grpcPath: `/${grpcService}/Export`,
    rejectedName,
  };
}

export const services: Readonly<Record<Signal, SignalService>> = {
  [Signal.traces]: service(Signal.traces, "trace", "rejectedSpans"),
  [Signal.logs]: service(Signal.logs, "logs", "rejectedLogRecords"),
  [Signal.metrics]: service(Signal.metrics, "metrics", "rejectedDataPoints"),
};

export const serviceByHttpPath: ReadonlyMap<string, SignalService> = new Map(
  Object.values(services).map((each) => [each.httpPath, each]),
);

export const serviceByGrpcPath: ReadonlyMap<string, SignalService> = new Map(
  Object.values(services).map((each) => [each.grpcPath, each]),
);
