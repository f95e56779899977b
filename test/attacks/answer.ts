/* How a process answers to the test that has started it. */

export type Methods<M> = { readonly [K in keyof M]: (...args: never[]) => unknown };

export interface Question {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** Answers questions until the asking process is gone. */
export function answer<M extends Methods<M>>(methods: M): void {
  const reply = async ({ id, name, args }: Question): Promise<void> => {
    try {
      process.send!({ id, result: await methods[name as keyof M](...(args as never[])) } satisfies Answer);
    } catch (error) {
      process.send!({ id, error: (error as Error).stack ?? String(error) } satisfies Answer);
    }
  };
  process.on("message", (question: Question) => void reply(question));
  process.on("disconnect", () => process.exit());
}
