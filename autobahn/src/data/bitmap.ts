import { createRandom } from "./random.ts";

/** A greyscale bitmap of 512 x 512: header, palette, then smooth shapes under a fine grain, as in a photograph. */
export function makeBitmap(bytes: number): Buffer {
  const random = createRandom(12_2);
  const side = 512;
  const start = 1078;
  const out = Buffer.alloc(bytes);
  out.write("BM");
  out.writeUInt32LE(bytes, 2);
  out.writeUInt32LE(start, 10);
  out.writeUInt32LE(40, 14);
  out.writeInt32LE(side, 18);
  out.writeInt32LE(side, 22);
  out.writeUInt16LE(1, 26);
  out.writeUInt16LE(8, 28);
  for (let grey = 0; grey < 256; grey++) out.writeUInt32LE(grey * 0x01_01_01, 54 + grey * 4);
  for (let i = start; i < bytes; i++) {
    const y = Math.floor((i - start) / side);
    const x = (i - start) % side;
    out[i] = Math.max(0, Math.min(255, Math.round(shade(x, y) + grain(random))));
  }
  return out;
}

function shade(x: number, y: number): number {
  const disc = Math.hypot(x - 300, y - 220) < 130 ? 55 : 0;
  const stripes = x + y > 700 ? 30 * Math.sign(Math.sin(x / 19)) : 0;
  return 110 + 45 * Math.sin(x / 83) + 38 * Math.cos(y / 61 + x / 140) + disc + stripes;
}

/** Nearly a bell curve. */
const grain = (random: () => number): number => (random() + random() + random() - 1.5) * 15;
