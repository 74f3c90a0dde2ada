import { indexTraces, type OtlpError, readHex, Signal } from "@genscope/otlp";
import { createGrpcReceiver, createHttpReceiver, type ReceivedRequest, type Receiver } from "@genscope/otlp/receiver";

/** An OTLP backend of a test: keeps what it was sent, and can be told to fail. */
export interface Target extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Span ids, in the order they came. */
  spanIds(): string[];
  /** What every request is refused with, until it is told otherwise. */
  failWith(error: OtlpError | undefined): void;
  close(): Promise<void>;
}

export async function startTarget(protocol: "grpc" | "http", port = 0): Promise<Target> {
  const requests: ReceivedRequest[] = [];
  let failure: OtlpError | undefined;
  const open = protocol === "grpc" ? createGrpcReceiver : createHttpReceiver;
  const receiver: Receiver = await open({
    port,
    async sink(request) {
      if (failure !== undefined) throw failure;
      requests.push(request);
      return { accepted: 1, rejected: 0, message: "" };
    },
  });
  return {
    url: receiver.url,
    requests,
    spanIds: () => requests.filter(({ signal }) => signal === Signal.traces).flatMap(({ body }) => spanIdsOf(body)),
    failWith: (error) => void (failure = error),
    close: () => receiver.close({ graceMs: 0 }),
    [Symbol.asyncDispose]: () => receiver.close({ graceMs: 0 }),
  };
}

export function spanIdsOf(body: Uint8Array): string[] {
  const view = indexTraces(body);
  const { spans } = view;
  return Array.from({ length: spans.count }, (_, row) => readHex(view, spans.spanIdOffset[row]!, 8));
}
