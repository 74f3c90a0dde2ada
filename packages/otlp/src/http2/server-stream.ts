import type { RequestHeaders } from "./request-headers.ts";

/** Told of a request's body. */
export interface BodyReader {
  data(piece: Buffer): void;
  /** The body is complete. */
  end(): void;
  /** The sender has gone, or has given the request up. */
  gone(): void;
}

/** What a stream asks of its connection. */
export interface StreamOwner {
  /** Bytes were handled: the sender may send as many more. */
  consumed(stream: ServerStream, bytes: number): void;
  respond(stream: ServerStream): void;
  reset(stream: ServerStream): void;
}

/** An answer: header blocks, and a body where there is one. Without a body there are no trailers. */
export interface Answer {
  readonly headers: Buffer;
  readonly body?: Buffer;
  readonly trailers?: Buffer;
}

/** A request and its answer, on a connection with others. */
export class ServerStream {
  readonly id: number;
  readonly path: string;
  readonly headers: RequestHeaders;
  /** Resolves once it is over for both ends, or for one by force. */
  readonly closed: Promise<void>;
  /** The body has come in full. */
  hasEnded = false;
  /** It is over: nothing can be answered any more. */
  isClosed = false;
  isAnswered = false;
  /** What the answer still has to send, and how far it is. */
  answer: Answer | undefined;
  sentBytes = 0;
  /** How many bytes the sender takes, and may send. */
  sendWindow: number;
  receiveWindow: number;
  /** That were handled and not given back yet. */
  consumedBytes = 0;
  readonly #owner: StreamOwner;
  readonly #close: () => void;
  #reader: BodyReader | undefined;
  #unread: Buffer[] = [];

  constructor(
    owner: StreamOwner,
    id: number,
    { path, headers }: { readonly path: string; readonly headers: RequestHeaders },
    windows: { readonly send: number; readonly receive: number },
  ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#owner = owner;
    this.id = id;
    this.path = path;
    this.headers = headers;
    this.closed = promise;
    this.#close = resolve;
    this.sendWindow = windows.send;
    this.receiveWindow = windows.receive;
  }

  /** Has the body read from now on; what has come of it before is given at once. */
  read(reader: BodyReader): void {
    this.#reader = reader;
    const unread = this.#unread;
    this.#unread = [];
    for (const piece of unread) this.#give(reader, piece);
    if (this.isClosed) this.#letGo()?.gone();
    else if (this.hasEnded) this.#letGo()?.end();
  }

  /** Answers once; more is left out, as is an answer to who has gone. */
  respond(answer: Answer): void {
    if (this.isClosed || this.isAnswered) return;
    this.isAnswered = true;
    this.answer = answer;
    this.#owner.respond(this);
  }

  /** Ends it without a fault, whatever the sender still sends. */
  reset(): void {
    if (!this.isClosed) this.#owner.reset(this);
  }

  /** Bytes of the body that have come and that nobody has asked for. */
  get unreadBytes(): number {
    return this.#unread.reduce((sum, piece) => sum + piece.length, 0);
  }

  /** For the connection: a piece of the body has come. */
  push(piece: Buffer): void {
    if (this.#reader === undefined) this.#unread.push(piece);
    else this.#give(this.#reader, piece);
  }

  /** For the connection: the body is complete. */
  end(): void {
    this.hasEnded = true;
    this.#letGo()?.end();
  }

  /** For the connection: it is over. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#unread = [];
    if (!this.hasEnded) this.#letGo()?.gone();
    this.#close();
  }

  /** The reader, once there is nothing more to read: what it has read is not to live as long as the stream. */
  #letGo(): BodyReader | undefined {
    const reader = this.#reader;
    this.#reader = undefined;
    return reader;
  }

  #give(reader: BodyReader, piece: Buffer): void {
    this.#owner.consumed(this, piece.length);
    reader.data(piece);
  }
}
