/*
 * What a message costs to inflate and to deflate, in microseconds of process CPU, ours beside node:zlib's
 * one-shot functions in the same run, and what it becomes in bytes. Run: node bench/deflate.mjs [records]
 */
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { loadBuilt } from "./built.mjs";

const modules = await loadBuilt({
  codec: "src/deflate/codec.ts",
  samples: "test/deflate/samples.ts",
});
const { Codec, CodecMemory } = modules.codec;
const { samples } = modules;

const make = process.argv[2] === "records" ? samples.records : samples.json;
const finishFlush = constants.Z_SYNC_FLUSH;

/** Median of five rounds, after one to warm up. */
function cost(times, messages, work) {
  const rounds = [];
  for (let round = 0; round < 6; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i++) work(i % messages);
    const { user, system } = process.cpuUsage(before);
    rounds.push((user + system) / times);
  }
  return rounds
    .slice(1)
    .toSorted((a, b) => a - b)[2]
    .toFixed(1);
}

const parameters = (noTakeover) => ({
  serverNoContextTakeover: noTakeover,
  clientNoContextTakeover: noTakeover,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
});
const rows = [];
for (const size of [100, 512, 1024, 2048, 4096, 6144, 8192, 16_384, 131_072]) {
  // So many that no branch predictor knows them by heart.
  const count = Math.max(4, Math.min(256, Math.floor(262_144 / size)));
  const all = make(size * count + 1000);
  const data = Array.from({ length: count }, (_, i) => all.subarray(i * size, (i + 1) * size));
  const level = (n) => (i) => deflateRawSync(data[i], { level: n, finishFlush });
  const sent = data.map((_, i) => level(6)(i).subarray(0, -4));
  const memory = new CodecMemory();
  const codec = new Codec(memory, parameters(true), "server", 0);
  const [inflater, deflater] = [codec.takeInflater(), codec.takeDeflater()];
  const keeping = new Codec(memory, parameters(false), "server", 0).takeDeflater();
  const bytes = (work) => data.reduce((sum, _, i) => sum + work(i).length, 0) / count;
  const ratio = (work, tail) => ((bytes(work) - tail) / (bytes(level(6)) - 4)).toFixed(3);
  const times = Math.max(60, Math.round(6e6 / (size + 300)));
  const row = {
    size,
    "inflate: ours": cost(times, count, (i) => {
      inflater.push(sent[i], true);
      while (inflater.read());
    }),
    "inflate: zlib": cost(times, count, (i) => inflateRawSync(sent[i], { finishFlush })),
    "deflate: ours": cost(times, count, (i) => deflater.deflate(data[i], true)),
    "with takeover": cost(times, count, (i) => keeping.deflate(data[i], true)),
    "zlib 1": cost(times, count, level(1)),
    "zlib 2": cost(times, count, level(2)),
    "zlib 6": cost(times, count, level(6)),
    "bytes, zlib 6": Math.round(bytes(level(6)) - 4),
    "ours / zlib 6": ratio((i) => deflater.deflate(data[i], true), 0),
    "zlib 1 / 6": ratio(level(1), 4),
    "zlib 2 / 6": ratio(level(2), 4),
  };
  rows.push(row);
}
console.table(rows);
