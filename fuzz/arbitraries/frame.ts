import * as fc from "fast-check";
import { type Cutting, maskingKey, pattern, payload } from "./octets.ts";
import { anyText, validText } from "./text.ts";

/** A frame as it is written by hand: every field free, the length's encoding too. */
export interface WireFrame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly key: number | undefined;
  readonly payload: Uint8Array;
  /** The size of the length's field: "short" for the shortest there is, else 2 or 8 octets. */
  readonly lengthForm: "short" | 2 | 8;
  /** A length other than the payload's, for frames that lie about it. */
  readonly declared?: bigint | undefined;
}

/** The octets of a frame, after the picture in RFC 6455 section 5.2; it shares nothing with src/frame. */
export function writeWireFrame(frame: WireFrame): Uint8Array {
  const length = frame.declared ?? BigInt(frame.payload.length);
  const form =
    length > 65535n ? 8 : frame.lengthForm === "short" ? (length > 125n ? 2 : 0) : frame.lengthForm;
  const second = form === 0 ? Number(length) : form === 2 ? 126 : 127;
  const octets = [
    (frame.fin ? 128 : 0) + frame.rsv * 16 + frame.opcode,
    (frame.key === undefined ? 0 : 128) + second,
  ];
  for (let i = form - 1; i >= 0; i--) octets.push(Number((length >> BigInt(8 * i)) & 255n));
  const { key } = frame;
  if (key === undefined) return Uint8Array.from([...octets, ...frame.payload]);
  const keyOctets = [24, 16, 8, 0].map((shift) => Math.floor(key / 2 ** shift) % 256);
  return Uint8Array.from([
    ...octets,
    ...keyOctets,
    ...frame.payload.map((octet, i) => octet ^ keyOctets[i % 4]!),
  ]);
}

/** Close payloads with codes of all classes, and with none. */
export const closePayload: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constant(new Uint8Array(0)),
  fc
    .tuple(closeCode(), fc.oneof(fc.constant(new Uint8Array(0)), validText, anyText))
    .map(([code, reason]) => Uint8Array.from([code >> 8, code & 255, ...reason.subarray(0, 123)])),
  fc.uint8Array({ maxLength: 3 }),
);

export function closeCode(): fc.Arbitrary<number> {
  return fc.oneof(
    fc.integer({ min: 995, max: 1020 }),
    fc.constantFrom(1003, 1004, 1005, 1006, 1007, 1014, 1015, 1016),
    fc.constantFrom(0, 999, 1000, 2999, 3000, 3999, 4000, 4999, 5000, 65535),
    fc.nat({ max: 65535 }),
  );
}

const key = (masked: boolean): fc.Arbitrary<number | undefined> =>
  masked ? maskingKey : fc.constant(undefined);

export const controlFrame = (masked: boolean): fc.Arbitrary<WireFrame> =>
  fc.record({
    fin: fc.constant(true),
    rsv: fc.constant(0),
    opcode: fc.constantFrom(9, 10),
    key: key(masked),
    payload: fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.uint8Array({ minLength: 124, maxLength: 125 })),
    lengthForm: fc.constant<"short">("short"),
  });

export interface WireMessage {
  readonly text: boolean;
  readonly bytes: Uint8Array;
}

export const wireMessage: fc.Arbitrary<WireMessage> = fc.oneof(
  fc.record({ text: fc.constant(true), bytes: validText }),
  fc.record({ text: fc.constant(false), bytes: payload }),
);

/** A message in fragments that are cut anywhere, with control frames between them. */
export const messageFrames = (masked: boolean): fc.Arbitrary<WireFrame[]> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 4, arbitrary: wireMessage },
        { weight: 1, arbitrary: anyText.map((bytes) => ({ text: true, bytes })) },
      ),
      // Whole, as most messages are, or in fragments.
      fc.oneof(fc.constant<Cutting>([]), fc.array(fc.nat({ max: 10 }), { maxLength: 4 })),
      fc.array(fc.option(controlFrame(masked), { nil: undefined }), { minLength: 5, maxLength: 5 }),
      key(masked),
    )
    .map(([message, sizes, controls, maskedBy]) => fragments(message, sizes, controls, maskedBy));

export function fragments(
  { text, bytes }: WireMessage,
  sizes: Cutting,
  controls: readonly (WireFrame | undefined)[],
  maskedBy: number | undefined,
): WireFrame[] {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    parts.push(bytes.slice(at, at + size));
    at += size;
  }
  parts.push(bytes.slice(at));
  return parts.flatMap((part, i) => {
    const last = i === parts.length - 1;
    const opcode = i > 0 ? 0 : text ? 1 : 2;
    const frame: WireFrame = { fin: last, rsv: 0, opcode, key: maskedBy, payload: part, lengthForm: "short" };
    const control = last ? undefined : controls[i];
    return control === undefined ? [frame] : [frame, control];
  });
}

/** Any frame at all, most of them wrong in one way. */
export const anyFrame = (masked: boolean): fc.Arbitrary<WireFrame> =>
  fc
    .record({
      fin: fc.boolean(),
      rsv: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 7 }) }),
      opcode: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(0, 1, 2, 8, 9, 10) },
        { weight: 1, arbitrary: fc.nat({ max: 15 }) },
      ),
      key: fc.oneof({ weight: 12, arbitrary: key(masked) }, { weight: 1, arbitrary: key(!masked) }),
      payload: fc.oneof(payload, anyText, closePayload),
      lengthForm: fc.oneof(
        { weight: 12, arbitrary: fc.constant<"short">("short") },
        { weight: 1, arbitrary: fc.constantFrom<2 | 8>(2, 8) },
      ),
      declared: fc.oneof(
        { weight: 20, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: anyLength },
      ),
      odd: fc.constantFrom<"short" | 2 | 8>("short", 2, 8),
    })
    // A length that lies comes in every encoding.
    .map(({ odd, ...frame }) => (frame.declared === undefined ? frame : { ...frame, lengthForm: odd }));

const LENGTHS = [125, 126, 127, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1].map(
  BigInt,
);
/** Every declared length of interest, up to the largest that 64 bits can say. */
export const anyLength: fc.Arbitrary<bigint> = fc.oneof(
  fc.constantFrom(
    ...LENGTHS,
    2n ** 53n,
    2n ** 53n + 1n,
    2n ** 53n + 2n,
    2n ** 53n + 2n ** 33n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);

const closeFrame = (masked: boolean): fc.Arbitrary<WireFrame> =>
  fc.tuple(closePayload, key(masked)).map(([bytes, maskedBy]) => ({
    fin: true,
    rsv: 0,
    opcode: 8,
    key: maskedBy,
    payload: bytes,
    lengthForm: "short",
  }));

/** Messages at both sides of each border of the length's encodings, in every encoding that can say them. */
const borderFrame = (masked: boolean): fc.Arbitrary<WireFrame> =>
  fc
    .record({
      length: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(0, 1, 124, 125, 126, 127) },
        { weight: 1, arbitrary: fc.constantFrom(65_534, 65_535, 65_536) },
      ),
      salt: fc.nat({ max: 255 }),
      key: key(masked),
      lengthForm: fc.constantFrom<"short" | 2 | 8>("short", 2, 8),
    })
    .map(({ length, salt, ...frame }) => ({
      ...frame,
      fin: true,
      rsv: 0,
      opcode: 2,
      payload: pattern(length, salt),
    }));

/** What a peer sends: messages and control frames, a wrong frame here and there, perhaps a Close frame. */
export const session = (masked: boolean): fc.Arbitrary<WireFrame[]> =>
  fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: messageFrames(masked) },
        { weight: 2, arbitrary: controlFrame(masked).map((frame) => [frame]) },
        { weight: 1, arbitrary: anyFrame(masked).map((frame) => [frame]) },
        { weight: 1, arbitrary: borderFrame(masked).map((frame) => [frame]) },
        { weight: 1, arbitrary: closeFrame(masked).map((frame) => [frame]) },
      ),
      { maxLength: 6 },
    )
    .map((lists) => lists.flat());

export const octetsOf = (frames: readonly WireFrame[]): Uint8Array =>
  Uint8Array.from(Buffer.concat(frames.map(writeWireFrame)));
