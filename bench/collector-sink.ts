/** The target of collectors being measured, a process of its own: takes everything and counts it. Sends its URL and then its counts to whoever asks. */
import { indexTraces, Signal } from "@genscope/otlp";
import { createGrpcReceiver } from "@genscope/otlp/receiver";

let spans = 0;
let metricRequests = 0;
const receiver = await createGrpcReceiver({
  port: 0,
  async sink({ signal, body }) {
    if (signal === Signal.traces) spans += indexTraces(body).spans.count;
    else metricRequests++;
    return { accepted: 1, rejected: 0, message: "" };
  },
});
process.send?.({ url: receiver.url });
process.on("message", () => process.send?.({ spans, metricRequests }));
process.on("disconnect", () => process.exit(0));
