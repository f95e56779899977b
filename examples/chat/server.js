// @ts-check
// A chat: one room, one page, three hooks. Run it with: node server.js [--port N] [--host H]
import { WebSocketServer } from "handfast";
import { runFromCommandLine } from "./command.js";
import { createPage } from "./page.js";

const MAX = { name: 30, text: 2000, recent: 50, waiting: 256 * 1024 };

/**
 * Starts a chat, page included.
 * @param {{ port: number, host?: string }} where
 */
export async function startChat(where) {
  /** Who is here. @type {Map<import("handfast").ServerSocket, string>} */
  const names = new Map();
  /** What was said last. @type {{ name: string, text: string, at: number }[]} */
  const recent = [];

  /** @param {object} event */
  const tellAll = (event) => {
    const text = JSON.stringify(event);
    for (const socket of names.keys()) {
      if (socket.bufferedAmount > MAX.waiting) socket.terminate();
      else if (socket.state === "open") socket.send(text);
    }
  };
  const tellWhoIsHere = () => tellAll({ type: "here", names: [...names.values()] });

  const server = new WebSocketServer({
    maxPayload: 4 * MAX.text,
    open(socket, { path }) {
      const wanted =
        new URL(path, "ws://chat").searchParams.get("name")?.trim().slice(0, MAX.name) || "Guest";
      const taken = [...names.values()];
      let name = wanted;
      for (let n = 2; taken.includes(name); n++) name = `${wanted} ${n}`;
      names.set(socket, name);
      socket.send(JSON.stringify({ type: "welcome", name, recent }));
      tellWhoIsHere();
    },
    message(socket, message) {
      if (message.type !== "text" || message.text.trim() === "") return;
      const said = { name: names.get(socket) ?? "", text: message.text.slice(0, MAX.text), at: Date.now() };
      if (recent.push(said) > MAX.recent) recent.shift();
      tellAll({ type: "said", ...said });
    },
    close(socket) {
      names.delete(socket);
      tellWhoIsHere();
    },
  });
  const { port } = await server.listen({ ...where, http: createPage() });
  return { port, close: () => server.close() };
}

if (import.meta.filename === process.argv[1]) await runFromCommandLine(startChat);
