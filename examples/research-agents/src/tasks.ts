export interface Task {
  readonly userId: string;
  readonly conversationId: string;
  readonly text: string;
}

export const tasks: readonly Task[] = [
  {
    userId: "dora",
    conversationId: "thread-buses",
    text: "Compare battery and hydrogen buses for a small town. It has 12 buses that drive 180 kilometres on each of 300 days.",
  },
  {
    userId: "emil",
    conversationId: "thread-cooling",
    text: "Find out about lower cooling energy in an office. It has 40 windows at 350 euros.",
  },
  {
    userId: "dora",
    conversationId: "thread-night-trains",
    text: "Find out about night trains for company travel. We make 60 trips a year and would pay 25 euros more.",
  },
];
