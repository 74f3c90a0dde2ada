/** Kinds of frames (RFC 9113, 6). */
export const FrameType = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  rstStream: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goAway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
} as const;

/** What a bit in a frame's flags says; the first is `ACK` on what is acknowledged. */
export const Flag = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

/** What both ends may set (RFC 9113, 6.5.2). */
export const Setting = { enablePush: 0x2, maxConcurrentStreams: 0x3, initialWindow: 0x4, maxFrameSize: 0x5 } as const;

export const frameHeaderBytes = 9;

/** Writes a frame's header at `at`, and gives where its payload begins. */
export function writeFrameHeader(
  target: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  stream: number,
): number {
  target[at] = length >>> 16;
  target[at + 1] = length >>> 8;
  target[at + 2] = length;
  target[at + 3] = type;
  target[at + 4] = flags;
  target.writeUInt32BE(stream, at + 5);
  return at + frameHeaderBytes;
}

/** A frame whose payload is a few numbers of 32 bits. */
export function frameOfNumbers(type: number, stream: number, ...numbers: readonly number[]): Buffer {
  const frame = Buffer.allocUnsafe(frameHeaderBytes + 4 * numbers.length);
  let at = writeFrameHeader(frame, 0, 4 * numbers.length, type, 0, stream);
  for (const number of numbers) at = frame.writeUInt32BE(number, at);
  return frame;
}
