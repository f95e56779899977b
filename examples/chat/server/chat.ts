import { WebSocketServer } from "handfast";
import { WIRE_BYTES } from "../protocol/limits.ts";
import { type ServerMessage, SUBPROTOCOL } from "../protocol/messages.ts";
import type { Hall, HallEvents, HallLimits } from "../storage/hall.ts";
import { Desk } from "./desk.ts";
import type { Guest } from "./guest.ts";
import { servePage } from "./page-files.ts";
import { RoomList } from "./room-list.ts";
import { type Publish, Rooms, saidMessage } from "./rooms.ts";
import type { Settings } from "./settings.ts";

/** Bytes that may wait for one connection. One that takes less than it is sent is let go, and comes back later. */
const MAX_BUFFERED = 1024 * 1024;

export interface Chat {
  readonly port: number;
  close(): Promise<void>;
}

export type OpenHall = (events: HallEvents, limits: HallLimits) => Promise<Hall>;

/** Starts the chat: opens the hall, then the door. `folder` holds the built page. */
export async function startChat(
  settings: Omit<Settings, "data" | "redisUrl">,
  openHall: OpenHall,
  folder: string,
  log: (line: string) => void,
): Promise<Chat> {
  const { port, host, maxUsers, maxRooms, maxRate, grace } = settings;
  const slow = { whenFull: "close" } as const;
  const tellAll = (message: ServerMessage): void => void server.broadcast(JSON.stringify(message), slow);

  const hall = await openHall(
    {
      said: (room, said) => rooms.tell(room, saidMessage(room, said)),
      came: (room, who) => {
        rooms.tell(room, { type: "came", room, who });
        list.changed();
      },
      went: (room, who) => {
        rooms.tell(room, { type: "went", room, who });
        list.changed();
      },
      typing: (room, who) => rooms.tell(room, { type: "typing", room, who }),
      stores: (stores) => tellAll({ type: "stores", stores }),
      // 1012, "service restart": clients come back and say what they have, and get the rest.
      missed: () => {
        for (const socket of server.sockets) socket.close(1012, "please come back");
      },
    },
    { users: maxUsers, rooms: maxRooms },
  );
  const publish: Publish = (topic, message) => void server.publish(topic, JSON.stringify(message), slow);
  const rooms = new Rooms(hall, publish, grace);
  const list = new RoomList(hall, (all) => tellAll({ type: "rooms", rooms: all }));
  const desk = new Desk(hall, rooms, { users: maxUsers, rate: maxRate, log });

  const server = new WebSocketServer<Guest | undefined>({
    subprotocols: [SUBPROTOCOL],
    maxPayload: WIRE_BYTES,
    maxBuffered: MAX_BUFFERED,
    // Requests of all kinds: whoever sends more is not read until it is their turn again.
    rateLimit: { messages: 40 + 2 * maxRate, burst: 5 },
    upgrade: ({ subprotocols }) =>
      subprotocols.includes(SUBPROTOCOL)
        ? { subprotocol: SUBPROTOCOL }
        : { status: 400, body: `This chat speaks ${SUBPROTOCOL}.\n` },
    open(socket) {
      socket.data = desk.welcome(socket);
    },
    // The library hands out the next message of a connection when this one is dealt with.
    async message({ data: guest }, message) {
      if (guest === undefined) return;
      if (message.type === "text") await desk.receive(guest, message.text);
      else desk.receiveBinary(guest);
    },
    close({ data: guest }) {
      if (guest !== undefined) desk.leave(guest);
    },
    error: (error) => log(`chat: ${String(error)}`),
  });
  try {
    const listening = await server.listen({ port, host, http: servePage(folder) });
    return {
      port: listening.port,
      async close() {
        // A millisecond for each, so that not all come back to the next process in one moment.
        await server.close({ spread: server.stats().connections });
        await hall.close();
      },
    };
  } catch (error) {
    await hall.close();
    throw error;
  }
}
