import { type ClientHttp2Session, constants } from "node:http2";

/** When a connection is asked whether it is still there. */
export interface GrpcKeepalive {
  /** After this long without a byte from the server; never if not given. */
  readonly timeMs?: number;
  /** How long the answer may take before the connection is dropped; 10 s if not given. */
  readonly timeoutMs?: number;
  /** Asks while no call is under way, too. */
  readonly permitWithoutStream?: boolean;
}

const defaultPingTimeoutMs = 10_000;
const longestTimerMs = 2 ** 31 - 1;

/** One connection to a server, for as long as it lasts. */
export class GrpcLink {
  readonly session: ClientHttp2Session;
  /** Under way on it. */
  calls = 0;
  readonly #keepalive: GrpcKeepalive;
  #pingTimer: NodeJS.Timeout | undefined;
  #keepaliveTimer: NodeJS.Timeout | undefined;
  #seenBytes = 0;

  constructor(session: ClientHttp2Session, keepalive: GrpcKeepalive) {
    this.session = session;
    this.#keepalive = keepalive;
    // Told to each call by its stream.
    session.on("error", () => {});
    // A call under way keeps the process alive by its timer.
    session.unref();
    this.#keepAlive(keepalive.timeMs);
    session.on("goaway", (code, _last, data) => {
      const isTooOften = code === constants.NGHTTP2_ENHANCE_YOUR_CALM && String(data) === "too_many_pings";
      if (isTooOften) this.onTooManyPings?.();
    });
    session.once("close", () => {
      clearTimeout(this.#pingTimer);
      clearInterval(this.#keepaliveTimer);
    });
  }

  /** Told when the server finds that it is asked too often. */
  onTooManyPings: (() => void) | undefined;

  get isUsable(): boolean {
    return !this.session.closed && !this.session.destroyed;
  }

  /** Drops the connection unless the other end answers; at once if it never came about. */
  check(): void {
    const { session } = this;
    if (session.destroyed || this.#pingTimer !== undefined) return;
    if (session.connecting) {
      session.destroy(new Error("the connection did not come about in time"));
      return;
    }
    const { timeoutMs = defaultPingTimeoutMs } = this.#keepalive;
    this.#pingTimer = setTimeout(() => {
      session.destroy(new Error(`the other end of the connection did not answer within ${timeoutMs} ms`));
    }, timeoutMs).unref();
    session.ping(() => {
      clearTimeout(this.#pingTimer);
      this.#pingTimer = undefined;
    });
  }

  #keepAlive(timeMs: number | undefined): void {
    if (timeMs === undefined || timeMs <= 0) return;
    this.#keepaliveTimer = setInterval(() => this.#onQuiet(), Math.min(timeMs, longestTimerMs)).unref();
  }

  #onQuiet(): void {
    const { session } = this;
    if (session.destroyed || session.connecting) return;
    const bytes = session.socket.bytesRead;
    const isQuiet = bytes === this.#seenBytes;
    this.#seenBytes = bytes;
    if (isQuiet && (this.calls > 0 || this.#keepalive.permitWithoutStream === true)) this.check();
  }
}
