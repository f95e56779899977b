import * as v from "valibot";
import { NAME_LENGTH, ROOMS_PER_GUEST, TEXT_LENGTH } from "./limits.ts";

/*
 * The subprotocol chat.v1: every message is a JSON text, and its shape is written down here, once for both sides.
 * Requests carry an `id` of the client's choice; whatever answers one carries it back as `re`.
 */

export const SUBPROTOCOL = "chat.v1";

const Id = v.pipe(v.string(), v.regex(/^[\w-]{1,40}$/, "1 to 40 letters, digits, _ or -"));
const RoomName = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, "1 to 32 of a to z, digits and inner hyphens"),
);
/** The place of a message in its room: 1, 2, 3 and so on, without a gap. 0 is before the first. */
const Seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Text = v.pipe(
  v.string(),
  v.maxLength(TEXT_LENGTH, `at most ${TEXT_LENGTH} characters`),
  v.regex(/\S/, "something other than white space"),
);

/** A person, as others see them. The id is made from their key, which it does not give away. */
export const Person = v.object({ id: v.string(), name: v.string() });

/** A message that is stored. `ref` is the id of the request by which its author sent it. */
export const Said = v.object({ seq: Seq, by: Person, ref: v.string(), text: v.string(), at: v.number() });

export const RoomInfo = v.object({ room: v.string(), people: v.number() });

const Hello = v.object({
  type: v.literal("hello"),
  /** A secret of 128 bits that the client made up once: who has it, has the name. */
  key: v.pipe(v.string(), v.regex(/^[\w-]{22}$/, "22 letters of base64url")),
  name: v.pipe(v.string(), v.maxLength(4 * NAME_LENGTH, "a shorter name")),
  /** The history that `after` counts in, as `welcome` named it. */
  log: v.optional(Id),
  rooms: v.pipe(
    v.array(v.object({ room: RoomName, after: v.optional(Seq) })),
    v.maxLength(ROOMS_PER_GUEST, `at most ${ROOMS_PER_GUEST} rooms`),
  ),
});

export const ClientMessage = v.variant("type", [
  Hello,
  v.object({ type: v.literal("join"), id: Id, room: RoomName }),
  v.object({ type: v.literal("leave"), id: Id, room: RoomName }),
  v.object({ type: v.literal("say"), id: Id, room: RoomName, text: Text }),
  v.object({ type: v.literal("history"), id: Id, room: RoomName, before: Seq }),
  v.object({ type: v.literal("typing"), room: RoomName }),
  v.object({ type: v.literal("ping") }),
]);

/** Every kind of error. The connection lives on after each, until there were too many. */
export const ErrorCode = v.picklist([
  "bad-message",
  "hello-first",
  "name-refused",
  "name-taken",
  "room-full",
  "too-many-rooms",
  "not-in-room",
  "too-fast",
  "unavailable",
]);

export const ServerMessage = v.variant("type", [
  v.object({
    type: v.literal("welcome"),
    log: v.string(),
    you: Person,
    rooms: v.array(RoomInfo),
    /** How many may be in a room. */
    places: v.number(),
    stores: v.boolean(),
  }),
  v.object({
    type: v.literal("joined"),
    re: v.optional(v.string()),
    room: v.string(),
    people: v.array(Person),
    /** What was said: since `after` where the client resumes, else the last page. */
    said: v.array(Said),
    /** Whether `said` goes on where the client's own history ends. */
    resumed: v.boolean(),
    /** Whether there is something before the first of `said`. */
    more: v.boolean(),
    last: Seq,
  }),
  v.object({ type: v.literal("left"), re: v.string(), room: v.string() }),
  v.object({ type: v.literal("stored"), re: v.string(), room: v.string(), seq: Seq, at: v.number() }),
  v.object({
    type: v.literal("history"),
    re: v.string(),
    room: v.string(),
    said: v.array(Said),
    more: v.boolean(),
  }),
  v.object({ type: v.literal("said"), room: v.string(), ...Said.entries }),
  v.object({ type: v.literal("came"), room: v.string(), who: Person }),
  v.object({ type: v.literal("went"), room: v.string(), who: Person }),
  v.object({ type: v.literal("typing"), room: v.string(), who: Person }),
  v.object({ type: v.literal("rooms"), rooms: v.array(RoomInfo) }),
  /** Whether messages can be stored at the moment. */
  v.object({ type: v.literal("stores"), stores: v.boolean() }),
  v.object({ type: v.literal("pong") }),
  v.object({
    type: v.literal("error"),
    re: v.optional(v.string()),
    room: v.optional(v.string()),
    code: ErrorCode,
    message: v.string(),
    /** Milliseconds after which it may be tried again. */
    wait: v.optional(v.number()),
  }),
]);

export type Person = v.InferOutput<typeof Person>;
export type Said = v.InferOutput<typeof Said>;
export type RoomInfo = v.InferOutput<typeof RoomInfo>;
export type ClientMessage = v.InferOutput<typeof ClientMessage>;
export type ServerMessage = v.InferOutput<typeof ServerMessage>;
export type ErrorCode = v.InferOutput<typeof ErrorCode>;

/** The message of one type. */
export type ClientMessageOf<T extends ClientMessage["type"]> = Extract<ClientMessage, { type: T }>;
export type ServerMessageOf<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

/** A message that could be read, or why not, in words that name the field. */
export type Reading<T> = { readonly message: T } | { readonly wrong: string; readonly re?: string };

/** What a client sent. */
export function readClientMessage(text: string): Reading<ClientMessage> {
  return read(ClientMessage, text);
}

/** What the server sent. */
export function readServerMessage(text: string): Reading<ServerMessage> {
  return read(ServerMessage, text);
}

function read<T>(schema: v.GenericSchema<unknown, T>, text: string): Reading<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { wrong: "not JSON" };
  }
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return { message: result.output };
  const [issue] = result.issues;
  const re = v.safeParse(v.object({ id: Id }), value);
  const wrong = `${v.getDotPath(issue) ?? "the message"}: ${issue.message}`;
  return re.success ? { wrong, re: re.output.id } : { wrong };
}
