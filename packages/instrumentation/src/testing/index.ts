export { createRecorder, useAsyncContext } from "./recorder.ts";
export type { RecordedMetric, Recorder } from "./recorder.ts";
