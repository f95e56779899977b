import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { BUILT } from "./place.ts";

/* The measurement in small: that it works, and that nothing is lost or doubled. */

it("brings every message of a crowd to everybody in its room, once", async () => {
  const crowd = ["--users", "200", "--rooms", "4", "--rate", "50", "--seconds", "2"];
  const load = spawn(process.execPath, [join(BUILT, "load.js"), ...crowd], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const figures = JSON.parse(await text(load.stdout));
  expect(figures).toMatchObject({
    messages: 100,
    confirmed: 100,
    deliveries: 5000,
    lost: 0,
    doubled: 0,
    wrong: 0,
    refused: 0,
  });
});
