import { createRandom, pick } from "./random.ts";

/** Pages as a PDF has them: some objects in plain operators, between streams that are compressed already. */
export function makePdf(bytes: number): Buffer {
  const random = createRandom(12_5);
  const parts: Buffer[] = [Buffer.from("%PDF-1.2\n")];
  let size = parts[0]!.length;
  for (let object = 1; size < bytes; object++) {
    const part = random() < 0.5 ? plain(object, random) : packed(object, random);
    parts.push(part);
    size += part.length;
  }
  return Buffer.concat(parts).subarray(0, bytes);
}

function packed(object: number, random: () => number): Buffer {
  const length = 2500 + Math.floor(random() * 6000);
  const stream = Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
  // What was packed badly: a part that comes again.
  stream.copy(stream, Math.floor(length * 0.86));
  const head = `${object} 0 obj\n<< /Length ${length} /Filter /FlateDecode >>\nstream\n`;
  return Buffer.concat([Buffer.from(head), stream, Buffer.from("\nendstream\nendobj\n")]);
}

function plain(object: number, random: () => number): Buffer {
  const number = (top: number): string => (random() * top).toFixed(2);
  const lines = Array.from(
    { length: 60 },
    () =>
      `${number(600)} ${number(800)} Td (${pick(random, ["the", "of", "and", "in", "case"])} ${number(90)}) Tj`,
  );
  return Buffer.from(
    `${object} 0 obj\n<< /Length ${lines.join("\n").length} >>\nstream\nBT\n${lines.join("\n")}\nET\nendstream\nendobj\n`,
  );
}
