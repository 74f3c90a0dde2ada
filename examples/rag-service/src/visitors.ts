/** Someone who asks one question after the other. */
export interface Visitor {
  readonly userId: string;
  readonly conversationId: string;
  readonly questions: readonly { readonly text: string; readonly fault?: string }[];
}

/** Asked at the same time, so that their traces overlap. Two questions meet a model that is in trouble. */
export const visitors: readonly Visitor[] = [
  {
    userId: "ada",
    conversationId: "support-4711",
    questions: [
      { text: "How often do I have to descale the machine?" },
      { text: "Does a water filter change how often I descale?" },
      { text: "Can I use vinegar for descaling?" },
      { text: "How long does the descaling programme take?" },
    ],
  },
  {
    userId: "basil",
    conversationId: "support-4712",
    questions: [
      { text: "The display shows error E3. What do I do?" },
      { text: "Is a pump repair covered by the warranty?", fault: "status=429; times=1; retry-after-ms=350" },
      { text: "How do I get a refund if I return the Marlow?" },
      { text: "Which network does the machine need to pair with the app?" },
    ],
  },
  {
    userId: "chiyo",
    conversationId: "support-4713",
    questions: [
      { text: "Which grinder step is right for espresso?" },
      { text: "My shot runs too fast and the coffee tastes bitter.", fault: "status=500" },
      { text: "How warm should milk be for foam?" },
      { text: "How much energy does the cup warmer use?" },
    ],
  },
];
