import { createHash } from "node:crypto";

/** RFC 6455, 4.2.2, step 5.4. */
export const acceptKey = (key: string): string =>
  createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
