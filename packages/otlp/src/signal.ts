/** The three OTLP signals Genscope takes in. The values are the numbers a journal record carries. */
export const Signal = { traces: 1, logs: 2, metrics: 3 } as const;
export type Signal = (typeof Signal)[keyof typeof Signal];

export type SignalName = keyof typeof Signal;
