/*
 * What is too much, in one place: the server enforces it, the page says so before anything is sent.
 */

/** Code points of a nickname. */
export const NAME_LENGTH = 24;
/** UTF-16 units of a message, lines included. */
export const TEXT_LENGTH = 4000;
/** Bytes of a message on the wire; a text of the largest size in its most costly escapes, and some room. */
export const WIRE_BYTES = 32 * 1024;
/** Rooms that one connection may be in. */
export const ROOMS_PER_GUEST = 10;
/** Messages of one page of history, and of a room that is entered. */
export const PAGE_SIZE = 50;
/** Missed messages that are brought after a pause; where it were more, the last page is sent instead. */
export const RESUME_SIZE = 200;
