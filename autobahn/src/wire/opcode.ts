/** Opcodes of RFC 6455, 5.2. */
export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export const isControl = (opcode: number): boolean => opcode >= 8;

export const isReserved = (opcode: number): boolean => (opcode > 2 && opcode < 8) || opcode > 10;
