/** The name of a field as words that a text in it begins with: `user.phoneNumber` → `phone number `. */
export function leadOf(name: string | undefined): string {
  if (name === undefined || name.length > 256) return "";
  const last = name.slice(name.lastIndexOf(".") + 1).slice(0, 64);
  // calls of tools and texts of messages are no telephone's
  const words = last.replaceAll(/([a-z])([A-Z])/g, "$1 $2").replaceAll(/[^\p{L}\p{N}]+/gu, " ");
  return `${words.toLowerCase().replaceAll(/\b(?:tool )?calls?\b|\btext\b|\bsin\b/g, "")}: `;
}
