import type { ReceivedRequest, ReceiveResult, RequestSink } from "./sink.ts";

/** A sink that keeps what it was given, for tests; `answer` says what becomes of each, all taken if not given. */
export interface RecordingSink {
  readonly requests: ReceivedRequest[];
  readonly sink: RequestSink;
}

export function createRecordingSink(
  answer: (request: ReceivedRequest) => ReceiveResult | Promise<ReceiveResult> = () => ({
    accepted: 1,
    rejected: 0,
    message: "",
  }),
): RecordingSink {
  const requests: ReceivedRequest[] = [];
  return {
    requests,
    async sink(request) {
      requests.push(request);
      return await answer(request);
    },
  };
}
