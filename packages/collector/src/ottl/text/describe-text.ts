/** A text for a message, without its content: messages are logged, and texts here may be prompts. */
export function describeText(text: string): string {
  return `text of ${text.length} characters`;
}
