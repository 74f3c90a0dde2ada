import { around, nearMisses, nothingToFind, sentences, wrappers } from "./made-forms.ts";
import { valueMakers } from "./made-values.ts";
import type { LabelledText } from "./evaluate.ts";
import { pick, seed } from "./random-text.ts";

const perDetector = 220;
const withoutValues = 1_300;
export const defaultSeed = 20_261_128;

/** Labelled texts: values of every detector, and what looks like them, in sentences of many languages and in many shapes. The same for the same seed. */
export function generateTexts(from: number = defaultSeed): readonly LabelledText[] {
  seed(from);
  return [...textsWithValues(), ...textsWithout()];
}

function textsWithValues(): LabelledText[] {
  return Object.entries(valueMakers).flatMap(([detector, make]) =>
    Array.from({ length: perDetector }, () => {
      const made = make();
      const { text, value } = typeof made === "string" ? { text: made, value: made } : made;
      const [language, sentence] = pick(sentences);
      const [shape, wrap] = pick(wrappers);
      const lead = around[detector];
      const inText = lead === undefined ? text : pick(lead).replace("{}", () => text);
      return {
        text: wrap(sentence.replace("{}", () => inText)),
        values: [{ detector, value }],
        note: `${language}, ${shape}`,
      };
    }),
  );
}

function textsWithout(): LabelledText[] {
  return Array.from({ length: withoutValues }, (_, index) => {
    const [language, sentence] = pick(sentences);
    const [shape, wrap] = pick(wrappers);
    const text = pick(index % 3 === 0 ? nearMisses : nothingToFind)();
    return {
      text: wrap(sentence.replace("{}", () => text)),
      values: [],
      note: `${language}, ${shape}, nothing to find`,
    };
  });
}
