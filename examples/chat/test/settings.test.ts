import { describe, expect, it } from "vitest";
import { HELP, readSettings } from "../server/settings.ts";

const read = (args: string[], environment: Record<string, string> = {}): ReturnType<typeof readSettings> =>
  readSettings(args, environment, "/default");

describe("the settings", () => {
  it("have defaults, which the environment changes, and the command line above all", () => {
    expect(read([])).toEqual({
      port: 8080,
      host: "127.0.0.1",
      data: "/default",
      maxUsers: 200,
      maxRooms: 100,
      maxRate: 5,
      grace: 5000,
      redisUrl: undefined,
    });
    const environment = { PORT: "1", MAX_USERS: "2", DATA: "/d", REDIS_URL: "redis://x", MAX_RATE: "" };
    expect(read(["--port", "3"], environment)).toMatchObject({
      port: 3,
      maxUsers: 2,
      data: "/d",
      redisUrl: "redis://x",
      maxRate: 5,
    });
  });

  it.each([
    [["--port", "65536"], '--port takes at most 65535, not "65536"'],
    [["--max-users", "-1"], "max-users"],
    [["--max-rate", "1.5"], '--max-rate takes a whole number from 1 to 10000, not "1.5"'],
    [["extra"], "extra"],
  ])("refuse %j", (args, reason) => {
    expect(() => read(args)).toThrow(reason);
  });

  it("are listed by --help", () => {
    expect(read(["--help"])).toBe("help");
    for (const name of ["port", "max-users", "data", "redis-url"]) expect(HELP).toContain(`--${name} `);
    expect(HELP).toContain("MAX_USERS");
  });
});
