import { join } from "node:path";

/** Where the tests' build lies: inside the package, so that what it imports is found. */
export const BUILT: string = join(import.meta.dirname, "../dist/test");
