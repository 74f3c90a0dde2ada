/** `some_name`, `some name` and `someName` as `SomeName`, letter by letter as upstream's library does it; other alphabets fall away. */
export function toCamelCase(text: string): string {
  let result = "";
  let capitalizeNext = true;
  let wasCapital = false;
  const trimmed = text.trim();
  // it has one acronym that is known
  if (trimmed === "ID") return "Id";
  for (const character of trimmed) {
    const isCapital = /^[A-Z]$/u.test(character);
    const isLower = /^[a-z]$/u.test(character);
    if (isCapital || isLower) {
      if (capitalizeNext) result += character.toUpperCase();
      else result += wasCapital && isCapital ? character.toLowerCase() : character;
      capitalizeNext = false;
    } else if (/^[0-9]$/u.test(character)) {
      result += character;
      capitalizeNext = true;
    } else capitalizeNext = "_ -.".includes(character);
    wasCapital = isCapital;
  }
  return result;
}

const isUpper = (character: string | undefined): boolean => character !== undefined && /^[A-Z]$/u.test(character);
const isLower = (character: string | undefined): boolean => character !== undefined && /^[a-z]$/u.test(character);
const isDigit = (character: string | undefined): boolean => character !== undefined && /^[0-9]$/u.test(character);

/** `someName`, `some-name` and `JSONData` as `some_name`, `some_name`, `json_data`. */
export function toSnakeCase(text: string): string {
  const characters = Array.from(text.trim());
  let result = "";
  for (const [i, character] of characters.entries()) {
    const next = characters[i + 1];
    const lower = isUpper(character) ? character.toLowerCase() : character;
    // upstream looks at the letter after it has made it small, so that a capital counts as one here by its kind alone
    const wasUpper = isUpper(character);
    const changes =
      (wasUpper && (isLower(next) || isDigit(next))) ||
      (isLower(character) && (isUpper(next) || isDigit(next))) ||
      (isDigit(character) && (isUpper(next) || isLower(next)));
    if (changes) {
      if (wasUpper && isLower(next) && isUpper(characters[i - 1])) result += "_";
      result += lower;
      if (isLower(character) || isDigit(character) || isDigit(next)) result += "_";
    } else result += " _-.".includes(character) ? "_" : lower;
  }
  return result;
}
