import type { AttributeName, AttributeValueOf } from "@genscope/semconv/genai";

/** Attributes on the way to being put together. */
export type WritableAttributes = { [Name in AttributeName]?: AttributeValueOf<Name> | undefined };

/** Sets an attribute that has a value. One without is not there at all: objects stay small, and not every SDK leaves out what is `undefined`. */
export function put<Name extends AttributeName>(
  out: WritableAttributes,
  name: Name,
  value: AttributeValueOf<Name> | undefined,
): void {
  if (value !== undefined) out[name] = value as WritableAttributes[Name];
}
