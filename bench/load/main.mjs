import process from "node:process";
import { Expectation, Supply } from "./expect.mjs";
import { Fragments } from "./fragments.mjs";
import { learnReplies } from "./learn.mjs";
import { Peer } from "./peer.mjs";
import { makeRing } from "./ring.mjs";

/*
 * A process that loads a server with one scenario. It is told what to do on the command line, as JSON, and by lines on
 * stdin: `count` is answered with the messages that were answered so far, `open N` opens N connections and answers when
 * all are there, `talk` sends one message on each and answers when all are answered, `drop` ends them. A wrong reply or a lost connection ends it with an error.
 */

const scenario = JSON.parse(process.argv[2]);
const { port, mode, conns, depth = 1, deflate = false, compared = true, fragments = false } = scenario;
/** Handshakes under way at a time. */
const AT_ONCE = 32;

const failed = (why) => {
  process.stderr.write(`${why}\n`);
  process.exit(1);
};
const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

let answered = 0;
const peers = [];

async function openMany(count, path, makeReceive) {
  let left = count;
  const opened = [];
  const one = async () => {
    while (left-- > 0) {
      const { receive, bind } = makeReceive();
      const peer = await Peer.open(port, path, { deflate, receive, failed });
      bind?.(peer);
      opened.push(peer);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, one));
  peers.push(...opened);
  return opened;
}

async function startEcho() {
  const ring = makeRing(scenario);
  const replies = ring.replies ?? (await learnReplies(port, ring, failed));
  const start = [];
  await openMany(conns, "/echo", () => {
    const expectation = fragments
      ? new Fragments(replies, scenario.size, failed)
      : new Expectation(replies, compared, failed);
    const supply = new Supply(ring.frames);
    let peer;
    const receive = (bytes, from, to) => {
      const whole = expectation.count(bytes, from, to);
      answered += whole;
      if (whole > 0) supply.write(peer, whole);
    };
    const bind = (given) => {
      peer = given;
      start.push(() => supply.write(peer, depth));
    };
    return { receive, bind };
  });
  for (const begin of start) begin();
}

/** A message is sent when the one `depth` before it has reached everybody. */
async function startBroadcast() {
  const ring = makeRing(scenario);
  const supply = new Supply(ring.frames);
  const [sender] = await openMany(1, "/send", () => ({ receive: () => {} }));
  let oldest = 0;
  /** For each message under way, who has not got it. */
  const waiting = Array.from({ length: depth }, () => conns);
  await openMany(conns, "/recv", () => {
    const expectation = new Expectation(ring.replies, compared, failed);
    let got = 0;
    const receive = (bytes, from, to) => {
      const whole = expectation.count(bytes, from, to);
      answered += whole;
      for (let i = 0; i < whole; i++) waiting[got++ % depth]--;
      let done = 0;
      for (; waiting[oldest % depth] === 0; oldest++, done++) waiting[oldest % depth] = conns;
      if (done > 0) supply.write(sender, done);
    };
    return { receive };
  });
  supply.write(sender, depth);
}

let talked = () => {};
let silent = 0;
const idle = () => ({
  receive: () => {
    if (--silent === 0) talked();
  },
});

const commands = {
  count: () => {
    const { user, system } = process.cpuUsage();
    return { answered, at: performance.now() * 1000, cpu: user + system };
  },
  open: async (count) => ({ open: (await openMany(Number(count), "/echo", idle)).length }),
  talk: async () => {
    const { frames } = makeRing({ size: scenario.size });
    silent = peers.length;
    const all = new Promise((resolve) => (talked = resolve));
    for (const peer of peers) peer.write(frames.bytes.subarray(0, frames.ends[0]));
    await all;
    return { talked: peers.length };
  },
  drop: () => {
    for (const peer of peers) peer.end();
    return { dropped: peers.splice(0).length };
  },
};

process.stdin.setEncoding("utf8");
process.stdin.on("data", async (lines) => {
  for (const line of lines.split("\n").filter(Boolean)) {
    const [name, argument] = line.split(" ");
    tell(await commands[name](argument));
  }
});
process.stdin.on("end", () => process.exit());

if (mode === "echo") await startEcho();
if (mode === "broadcast") await startBroadcast();
tell({ ready: true });
