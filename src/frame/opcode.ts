/** Opcodes of RFC 6455 section 5.2. All others are reserved. */
export const Opcode = {
  CONTINUATION: 0x0,
  TEXT: 0x1,
  BINARY: 0x2,
  CLOSE: 0x8,
  PING: 0x9,
  PONG: 0xa,
} as const;
export type Opcode = (typeof Opcode)[keyof typeof Opcode];

/** Opcodes with the top bit set belong to control frames (section 5.5), the reserved ones among them too. */
export const isControl = (opcode: number): boolean => (opcode & 0x8) !== 0;

/** 3-7 are reserved for further data frames, 11-15 for further control frames. */
export const isReserved = (opcode: number): boolean => (opcode & 0x7) > 2;
