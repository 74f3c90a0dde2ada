/**
 * Characters that change what a reader sees without being seen: bidirectional controls, zero-width ones, other C0/C1 controls. Shown
 * by a name in brackets, so that `user\u202Egpj.exe` cannot pass for another name. Line feeds and tabs stay; so do the joiners, which
 * emoji and several scripts need.
 */
export function visibleText(text: string): string {
  return hidden.test(text) ? text.replaceAll(hiddenAll, (character) => `⟨${nameOf(character)}⟩`) : text;
}

const range =
  "[\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F\\u061C\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060-\\u2069\\uFEFF]";
const hidden = new RegExp(range);
const hiddenAll = new RegExp(range, "g");
const names: Readonly<Record<string, string>> = {
  "\u200B": "ZWSP",
  "\u200E": "LRM",
  "\u200F": "RLM",
  "\u061C": "ALM",
  "\u202A": "LRE",
  "\u202B": "RLE",
  "\u202C": "PDF",
  "\u202D": "LRO",
  "\u202E": "RLO",
  "\u2066": "LRI",
  "\u2067": "RLI",
  "\u2068": "FSI",
  "\u2069": "PDI",
  "\uFEFF": "BOM",
  "\u001B": "ESC",
  "\u0000": "NUL",
};
function nameOf(character: string): string {
  return names[character] ?? `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
