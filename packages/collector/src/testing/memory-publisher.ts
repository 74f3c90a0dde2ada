import { OtlpError } from "@genscope/otlp";
import { createPartitioner, saramaHash } from "../exporters/kafka/partitioner.ts";
import type { Message, Publisher } from "../exporters/kafka/publisher.ts";

/** A message as a reader gets it. */
export interface ReadMessage extends Message {
  readonly partition: number;
}

/** A broker in memory, with four partitions for a topic. */
export interface MemoryPublisher extends Publisher {
  /** In the order of each partition. */
  read(topic: string): ReadMessage[];
}

const partitionCount = 4;

export function createMemoryPublisher(): MemoryPublisher {
  const topics = new Map<string, ReadMessage[]>();
  const partitionOf = createPartitioner(saramaHash);
  return {
    async publish(messages) {
      if (messages.some(({ topic }) => !/^[a-zA-Z0-9._-]+$/.test(topic))) {
        throw new OtlpError("invalid-argument", "INVALID_TOPIC_EXCEPTION");
      }
      for (const message of messages) {
        const key = message.key === undefined ? undefined : Buffer.from(message.key);
        const read = { ...message, partition: partitionOf(key) % partitionCount };
        topics.set(message.topic, [...(topics.get(message.topic) ?? []), read]);
      }
    },
    read: (topic) => topics.get(topic) ?? [],
    [Symbol.asyncDispose]: async () => {},
  };
}
