/*
 * What is measured. `group` is a table of its own; `title` a row of it. Sizes in bytes; `depth` is how many messages a
 * connection (of a broadcast: the sender) has under way.
 */

const K = 1024;
const label = (size) => (size < K ? `${size} B` : size < K * K ? `${size / K} KiB` : `${size / K / K} MiB`);
const short = (size) => (size < K ? `${size}` : size < K * K ? `${size / K}k` : `${size / K / K}m`);

const echo = (size, depth, payload = "binary", more = {}) => ({
  name: `${more.deflate ? "deflate" : "echo"}-${payload === "binary" || more.deflate ? "" : `${payload}-`}${short(size)}-d${depth}`,
  title: `${label(size)}, ${depth} in flight`,
  mode: "echo",
  conns: size > 16 * K ? 8 : 64,
  size,
  depth,
  payload,
  ...more,
});
const cast = (size, conns, depth) => ({
  name: `cast-${short(size)}-n${conns}-d${depth}`,
  title: `${label(size)} to ${conns}, ${depth} in flight`,
  mode: "broadcast",
  conns,
  size,
  depth,
});
const in_ = (group, list) => list.map((scenario) => ({ group, ...scenario }));

export const GROUPS = {
  "echo, binary": "CPU µs per message",
  "echo, ASCII text": "CPU µs per message",
  "echo, other text": "CPU µs per message",
  broadcast: "CPU µs per delivery",
  "echo, compressed": "CPU µs per message",
  connections: "CPU µs per handshake",
  memory: "bytes per connection",
};

export const SCENARIOS = [
  ...in_("echo, binary", [
    echo(16, 1),
    echo(16, 16),
    echo(K, 1),
    echo(K, 16),
    echo(16 * K, 1),
    echo(256 * K, 1),
    echo(K * K, 1),
  ]),
  ...in_("echo, ASCII text", [echo(125, 16, "ascii"), echo(16 * K, 1, "ascii")]),
  ...in_("echo, other text", [echo(125, 16, "utf8"), echo(16 * K, 1, "utf8")]),
  ...in_("broadcast", [cast(125, 500, 1), cast(125, 500, 8), cast(125, 2000, 1), cast(16 * K, 500, 1)]),
  ...in_("echo, compressed", [
    echo(K, 1, "json", { deflate: true }),
    echo(16 * K, 1, "json", { deflate: true }),
  ]),
  ...in_("connections", [{ name: "handshake", title: "5,000, 32 at a time", mode: "connect", conns: 5000 }]),
  ...in_("memory", [
    { name: "idle", title: "5,000 that said nothing", mode: "idle", conns: 5000 },
    {
      name: "idle-talked",
      title: "5,000 after a message of 125 B each",
      mode: "idle",
      conns: 5000,
      size: 125,
    },
  ]),
];
