/** A statement or condition could not be carried out on some item. What happens then is for the error mode to say. */
export class OttlError extends Error {
  override readonly name = "OttlError";
}
