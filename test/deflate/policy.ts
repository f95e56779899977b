import type { DeflatePolicy } from "../../src/deflate/params.ts";

/** No state between messages, full windows. */
export const DEFAULT_POLICY: DeflatePolicy = {
  serverContextTakeover: false,
  clientContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
