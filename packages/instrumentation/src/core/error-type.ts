import { integerOf, isObject } from "./read.ts";

const word = /^[A-Za-z][\w.-]{0,63}$/u;

/**
 * A value of few variants for `error.type`: the provider's own code (`rate_limit_exceeded`), else the HTTP status, else the error's class. Never its
 * message.
 */
export function errorType(error: unknown): string {
  if (!isObject(error)) return "_OTHER";
  const code = error["code"];
  if (typeof code === "string" && word.test(code)) return code;
  const { response } = error;
  const status =
    integerOf(error["status"]) ??
    integerOf(error["statusCode"]) ??
    integerOf(error["status_code"]) ??
    (isObject(response) ? integerOf(response["status"]) : undefined);
  if (status !== undefined && status >= 100 && status <= 599) return String(status);
  return className(error);
}

/** The error's class, or the name it gives itself. */
export function className(error: unknown): string {
  if (!isObject(error)) return "_OTHER";
  const constructor: unknown = (error as { constructor?: unknown }).constructor;
  const name = typeof constructor === "function" ? constructor.name : "";
  // what the platform throws is of one class, and says by its name whether it is an abort or a timeout
  if (name !== "" && name !== "Object" && name !== "Error" && name !== "DOMException") return name;
  return typeof error["name"] === "string" && error["name"] !== "" ? error["name"] : "_OTHER";
}

export function errorMessage(error: unknown): string {
  if (isObject(error) && typeof error["message"] === "string") return error["message"];
  return typeof error === "string" ? error : "";
}
