import type { ProtoWriter } from "@genscope/otlp/proto";
import type { SignalView } from "../graph/index-request.ts";
import type { CountedRequest } from "../graph/split-request.ts";
import type { StateReader } from "./state-reader.ts";

/**
 * What becomes of a collection that a kill may have cut short. `anew`: the next collection says it all again, as cumulative metrics do. `once`: it is put out if
 * it had not been, which is told by the time of its points. `again`: it may be put out twice, which does no harm.
 */
export type Repeating = "anew" | "once" | "again";

/** Makes metrics of what it is given, and can say where it stands. */
export interface Meter {
  readonly repeating: Repeating;
  /** State saved under another identity is of no use to this one: a configuration that makes other series. */
  readonly identity: string;
  /** Counts a request in. `receivedAtMs` is when it came: the same whenever it is counted. */
  consume(request: SignalView, receivedAtMs: number): void;
  /** What there is to say at a time later than the last one, in requests of metrics. */
  collect(timeMs: number): readonly CountedRequest[];
  save(out: ProtoWriter): void;
  /** Into a meter that has counted nothing. @throws {RangeError} for a state that ends too early */
  load(state: StateReader): void;
}
