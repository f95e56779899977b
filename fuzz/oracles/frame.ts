/* A frame reader after the picture in RFC 6455 section 5.2, with numbers of any size and no thought of speed. */

export interface SlowFrame {
  readonly first: number;
  /** Undefined where the octet is not there. */
  readonly masked: boolean | undefined;
  readonly shortLength: number | undefined;
  /** Undefined where its octets are not all there. */
  readonly length: bigint | undefined;
  /** Four octets, or none. */
  readonly key: Uint8Array;
  /** Whether the header is whole. */
  readonly whole: boolean;
  /** What is there of the payload, unmasked. */
  readonly payload: Uint8Array;
  /** Whether the frame is whole. */
  readonly complete: boolean;
  /** The octets behind it. */
  readonly rest: Uint8Array;
}

export function readSlowFrame(octets: Uint8Array): SlowFrame {
  const [first = 0, second] = octets;
  const nothing = new Uint8Array(0);
  const none = { first, key: nothing, payload: nothing, whole: false, complete: false, rest: nothing };
  if (second === undefined) return { ...none, masked: undefined, shortLength: undefined, length: undefined };
  const masked = second >= 128;
  const shortLength = second % 128;
  const field = shortLength === 126 ? 2 : shortLength === 127 ? 8 : 0;
  if (octets.length < 2 + field) return { ...none, masked, shortLength, length: undefined };
  const digits = Buffer.from(octets.subarray(2, 2 + field)).toString("hex");
  const length = field === 0 ? BigInt(shortLength) : BigInt(`0x${digits}`);
  const start = 2 + field + (masked ? 4 : 0);
  if (octets.length < start) return { ...none, masked, shortLength, length };
  const key = masked ? octets.subarray(start - 4, start) : nothing;
  const available = BigInt(octets.length - start);
  const size = Number(available < length ? available : length);
  const raw = octets.slice(start, start + size);
  const payload = masked ? raw.map((octet, i) => octet ^ key[i % 4]!) : raw;
  const rest = octets.subarray(start + size);
  return {
    first,
    masked,
    shortLength,
    length,
    key,
    whole: true,
    payload,
    complete: available >= length,
    rest,
  };
}

/** The frames of octets that hold whole frames only. */
export function readSlowFrames(octets: Uint8Array): SlowFrame[] {
  const frames: SlowFrame[] = [];
  for (let rest = octets; rest.length > 0;) {
    const frame = readSlowFrame(rest);
    if (!frame.complete) throw new Error("the octets end inside a frame");
    frames.push(frame);
    rest = frame.rest;
  }
  return frames;
}
