/** The words and classes of a cell; the colours are those that people know from the original. */
export function behaviorStyle(behavior: string): { label: string; mark: string } {
  switch (behavior) {
    case "OK":
      return { label: "Pass", mark: "ok" };
    case "NON-STRICT":
      return { label: "Non-Strict", mark: "non-strict" };
    case "INFORMATIONAL":
      return { label: "Info", mark: "info" };
    case "UNIMPLEMENTED":
      return { label: "Unimplemented", mark: "unimplemented" };
    default:
      return { label: "Fail", mark: "failed" };
  }
}

export function closeStyle(behaviorClose: string, code: number | null): { label: string; mark: string } {
  const shown = code === null ? "None" : String(code);
  switch (behaviorClose) {
    case "OK":
      return { label: shown, mark: "ok" };
    case "FAILED BY CLIENT":
      return { label: shown, mark: "almost" };
    case "WRONG CODE":
      return { label: shown, mark: "non-strict" };
    case "INFORMATIONAL":
      return { label: shown, mark: "info" };
    case "UNCLEAN":
      return { label: "Unclean", mark: "failed" };
    default:
      return { label: "Fail", mark: "failed" };
  }
}
