export type { ClientOptions, OtlpClient, SendOptions, SendResult } from "./client.ts";
export { createOtlpGrpcClient } from "./grpc-client.ts";
export type { OtlpGrpcClientOptions } from "./grpc-client.ts";
export { createOtlpHttpClient } from "./http-client.ts";
export type { OtlpHttpClientOptions } from "./http-client.ts";
export { defaultRetryPolicy, retryDelay, withRetry } from "./retry.ts";
export type { RetryPolicy } from "./retry.ts";
