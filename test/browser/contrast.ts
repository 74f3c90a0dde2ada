import type { Page } from "playwright-core";

/** Contrast of pairs of the theme's colours (foreground, background), as WCAG 2 computes it. */
export async function contrasts(page: Page, pairs: readonly (readonly [string, string])[]): Promise<number[]> {
  return page.evaluate((asked) => {
    const canvas = document.createElement("canvas");
    canvas.width = 1;
    canvas.height = 1;
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    const style = getComputedStyle(document.documentElement);
    const luminance = (variable: string): number => {
      context.fillStyle = style.getPropertyValue(variable);
      context.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0] = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    return asked.map(([front, back]) => {
      const [a, b] = [luminance(front), luminance(back)].toSorted((x, y) => y - x);
      return (a! + 0.05) / (b! + 0.05);
    });
  }, pairs);
}
