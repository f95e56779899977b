/** The original's words. */
export type Behavior = "OK" | "NON-STRICT" | "INFORMATIONAL" | "UNIMPLEMENTED" | "FAILED";
export type BehaviorClose = "OK" | "INFORMATIONAL" | "WRONG CODE" | "UNCLEAN" | "FAILED BY CLIENT" | "FAILED";

export interface Verdict {
  readonly behavior: Behavior;
  /** Why, in one sentence. */
  readonly result: string;
  readonly behaviorClose: BehaviorClose;
  readonly resultClose: string;
}
