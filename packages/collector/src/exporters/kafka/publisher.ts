export interface Message {
  readonly topic: string;
  /** Messages of one key are in one partition, in the order they were published. */
  readonly key: string | undefined;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Where messages are published. Resolves once all of them are, as durable as it was told to ask for; less than the most may publish one twice. Rejects with an `OtlpError`: if it is retryable some of
 * the messages may be published all the same, and all of them are to be published again.
 */
export interface Publisher extends AsyncDisposable {
  publish(messages: readonly Message[]): Promise<void>;
}
