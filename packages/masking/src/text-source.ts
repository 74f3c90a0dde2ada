/** The part of a string that scanners read. Tests pass one that counts the reads: that is how linear time is shown. */
export interface TextSource {
  readonly length: number;
  charCodeAt(index: number): number;
  slice(start: number, end: number): string;
  indexOf(search: string, from: number): number;
}
