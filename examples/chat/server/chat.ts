import { WebSocketServer, type ServerSocket } from "handfast";
import { WIRE_BYTES } from "../protocol/limits.ts";
import { SUBPROTOCOL } from "../protocol/messages.ts";
import type { Hall, HallEvents, HallLimits } from "../storage/hall.ts";
import { Audience } from "./audience.ts";
import { Desk } from "./desk.ts";
import type { Guest } from "./guest.ts";
import { servePage } from "./page-files.ts";
import { RoomList } from "./room-list.ts";
import { Rooms, saidMessage } from "./rooms.ts";
import type { Settings } from "./settings.ts";

/** Every connection hears this topic; no room has a name like it. */
const EVERYBODY = "*";

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
  const guests = new Map<ServerSocket, Guest>();
  const audience = new Audience();

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
      stores: (stores) => audience.publish(EVERYBODY, { type: "stores", stores }),
      // 1012, "service restart": clients come back and say what they have, and get the rest.
      missed: () => guests.forEach((_, socket) => socket.close(1012, "please come back")),
    },
    { users: maxUsers, rooms: maxRooms },
  );
  const rooms = new Rooms(hall, audience, grace);
  const list = new RoomList(hall, (all) => audience.publish(EVERYBODY, { type: "rooms", rooms: all }));
  const desk = new Desk(hall, rooms, { users: maxUsers, rate: maxRate, log });

  const server = new WebSocketServer({
    subprotocols: [SUBPROTOCOL],
    maxPayload: WIRE_BYTES,
    upgrade: ({ subprotocols }) =>
      subprotocols.includes(SUBPROTOCOL)
        ? { subprotocol: SUBPROTOCOL }
        : { status: 400, body: `This chat speaks ${SUBPROTOCOL}.\n` },
    open(socket) {
      guests.set(socket, desk.welcome(socket));
      audience.subscribe(socket, EVERYBODY);
    },
    async message(socket, message) {
      const guest = guests.get(socket)!;
      if (message.type === "text") await desk.receive(guest, message.text);
      else desk.receiveBinary(guest);
    },
    close(socket) {
      const guest = guests.get(socket)!;
      guests.delete(socket);
      audience.unsubscribe(socket, EVERYBODY);
      desk.leave(guest);
    },
    error: (error) => log(`chat: ${String(error)}`),
  });
  try {
    const listening = await server.listen({ port, host, http: servePage(folder) });
    return { port: listening.port, close: () => server.close().then(() => hall.close()) };
  } catch (error) {
    await hall.close();
    throw error;
  }
}
