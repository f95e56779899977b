import { constants, inflateRawSync } from "node:zlib";
import { Peer } from "./peer.mjs";
import { layOut } from "./ring.mjs";

/*
 * What a server answers to each message of a ring, where that is its choice: asked once, inflated and compared, and from
 * then on expected octet by octet.
 */

/** The frame that begins at `at`; undefined where it is not whole. */
function readFrame(bytes, at) {
  if (bytes.length < at + 2) return undefined;
  const short = bytes[at + 1];
  const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
  if (bytes.length < start) return undefined;
  const size =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
  if (bytes.length < start + size) return undefined;
  return { first: bytes[at], start, end: start + size };
}

const inflated = (bytes) =>
  inflateRawSync(Buffer.concat([bytes, Buffer.from([0, 0, 0xff, 0xff])]), {
    finishFlush: constants.Z_SYNC_FLUSH,
  });

export async function learnReplies(port, ring, failed) {
  let heard = Buffer.alloc(0);
  let wake = () => {};
  const receive = (bytes, from, to) => {
    heard = Buffer.concat([heard, bytes.subarray(from, to)]);
    wake();
  };
  const peer = await Peer.open(port, "/echo", { deflate: true, receive, failed });
  const replies = [];
  for (const [i, payload] of ring.payloads.entries()) {
    peer.write(ring.frames.bytes.subarray(i === 0 ? 0 : ring.frames.ends[i - 1], ring.frames.ends[i]));
    let end = 0;
    const parts = [];
    for (let fin = false, first; !fin;) {
      const frame = readFrame(heard, end);
      if (frame === undefined) {
        await new Promise((resolve) => (wake = resolve));
        continue;
      }
      first ??= frame.first;
      parts.push(heard.subarray(frame.start, frame.end));
      end = frame.end;
      fin = (frame.first & 0x80) !== 0;
      if (!fin) continue;
      const bytes = Buffer.concat(parts);
      if (!payload.equals((first & 0x40) === 0 ? bytes : inflated(bytes)))
        failed(`reply ${i} is not what was sent`);
    }
    replies.push(heard.subarray(0, end));
    heard = heard.subarray(end);
  }
  peer.end();
  return layOut(replies);
}
