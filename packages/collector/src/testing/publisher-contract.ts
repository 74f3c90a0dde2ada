import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OtlpError } from "@genscope/otlp";
import type { Publisher } from "../exporters/kafka/publisher.ts";
import type { ReadMessage } from "./memory-publisher.ts";

export interface OpenPublisher extends AsyncDisposable {
  readonly publisher: Publisher;
  /** A topic that is new and has four partitions. */
  newTopic(): Promise<string>;
  /** The messages of a topic, once there are as many, in the order of each partition. */
  read(topic: string, count: number): Promise<readonly ReadMessage[]>;
}

/** What every Publisher promises. */
export function publisherContract(
  name: string,
  open: () => Promise<OpenPublisher>,
  skip: string | false = false,
): void {
  describe(`${name} as a Publisher`, { skip }, () => {
    it("gives back what was published: bytes, keys, headers", async () => {
      await using opened = await open();
      const topic = await opened.newTopic();
      const value = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
      await opened.publisher.publish([
        { topic, key: "0af7651916cd43dd8448eb211c80319c", value, headers: { tenant: "grün" } },
      ]);
      const [message] = await opened.read(topic, 1);
      assert.deepEqual(new Uint8Array(message!.value), value);
      assert.equal(message!.key, "0af7651916cd43dd8448eb211c80319c");
      assert.deepEqual(message!.headers, { tenant: "grün" });
    });

    it("keeps what has one key in one partition and in order, and spreads the rest", async () => {
      await using opened = await open();
      const topic = await opened.newTopic();
      for (let round = 0; round < 5; round++) {
        await opened.publisher.publish(
          ["a", "b", "c", "d", "e", undefined].map((key) => ({
            topic,
            key,
            value: Buffer.from(`${round}`),
            headers: {},
          })),
        );
      }
      const messages = await opened.read(topic, 30);
      const partitions = new Set<number>();
      for (const key of ["a", "b", "c", "d", "e"]) {
        const own = messages.filter((one) => one.key === key);
        assert.equal(new Set(own.map(({ partition }) => partition)).size, 1);
        assert.deepEqual(
          own.map(({ value }) => Buffer.from(value).toString()),
          ["0", "1", "2", "3", "4"],
        );
        partitions.add(own[0]!.partition);
      }
      assert.ok(partitions.size > 1);
      const keyless = messages.filter(({ key }) => key === undefined);
      assert.ok(new Set(keyless.map(({ partition }) => partition)).size > 1);
    });

    it("puts keys where Sarama does", async () => {
      await using opened = await open();
      const topic = await opened.newTopic();
      const keys = ["a", "b", "foobar", "0af7651916cd43dd8448eb211c80319c"];
      await opened.publisher.publish(keys.map((key) => ({ topic, key, value: Buffer.from(key), headers: {} })));
      const messages = await opened.read(topic, keys.length);
      for (const { key, partition } of messages) assert.equal(partition, fnvPartition(key!), key);
    });

    it("refuses for good what will never do", async () => {
      await using opened = await open();
      const publishing = opened.publisher.publish([
        { topic: "no such/topic", key: undefined, value: Buffer.from("x"), headers: {} },
      ]);
      await assert.rejects(publishing, (error) => error instanceof OtlpError && !error.retryable);
    });
  });
}

/** By the definition of FNV-1a, with big integers. */
function fnvPartition(key: string): number {
  let hash = 0x811c9dc5n;
  for (const byte of Buffer.from(key)) hash = BigInt.asUintN(32, (hash ^ BigInt(byte)) * 0x01000193n);
  const signed = BigInt.asIntN(32, hash) % 4n;
  return Number(signed < 0n ? -signed : signed);
}
