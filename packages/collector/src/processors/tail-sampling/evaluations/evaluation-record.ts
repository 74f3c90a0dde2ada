import { indexLogs, type LogView, readHex, readString } from "@genscope/otlp";
import { internalLimits } from "../../../graph/index-request.ts";
import { type Evaluation, evaluationAt, evaluationEvent } from "./evaluation.ts";

/** An evaluation of something in a trace. */
export interface TraceEvaluation extends Evaluation {
  /** In hexadecimal digits. */
  readonly traceId: string;
}

/** As it is written: no more than policies ask for, so that nothing else of a log record comes to a disk here. */
type Written = readonly [traceId: string, name: string, score: number | null, label: string];

function isEvaluation(view: LogView, row: number): boolean {
  const { logs } = view;
  const length = logs.eventNameLength[row]!;
  if (logs.traceIdOffset[row] === -1 || length !== evaluationEvent.length) return false;
  return readString(view, logs.eventNameOffset[row]!, length) === evaluationEvent;
}

/** The evaluations among the records of a request of logs; undefined if there are none. */
export function extractEvaluations(request: Uint8Array): Uint8Array | undefined {
  const view = indexLogs(request, internalLimits);
  const { logs } = view;
  const written: Written[] = [];
  for (let row = 0; row < logs.count; row++) {
    if (!isEvaluation(view, row)) continue;
    const { name, score, label } = evaluationAt(view, logs.firstAttribute[row]!);
    const traceId = readHex(view, logs.traceIdOffset[row]!, 16);
    written.push([traceId, name, Number.isNaN(score) ? null : score, label]);
  }
  return written.length === 0 ? undefined : Buffer.from(JSON.stringify(written));
}

export function decodeEvaluations(bytes: Uint8Array): readonly TraceEvaluation[] {
  const written = JSON.parse(Buffer.from(bytes).toString("utf8")) as readonly Written[];
  return written.map(([traceId, name, score, label]) => ({ traceId, name, score: score ?? Number.NaN, label }));
}
