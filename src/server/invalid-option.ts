import { MisuseError } from "../connection/misuse.ts";

/** What is wrong with an option. */
export const invalidOption = (why: string): MisuseError => new MisuseError("ERR_INVALID_OPTION", why);
