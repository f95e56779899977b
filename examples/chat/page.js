// @ts-check
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
};

/** @param {string} name @param {string} type */
const file = (name, type) => ({ body: readFileSync(new URL(`public/${name}`, import.meta.url)), type });

/** An HTTP server for the page; it has no port of its own. */
export function createPage() {
  const files = new Map([
    ["/", file("index.html", "text/html; charset=utf-8")],
    ["/chat.js", file("chat.js", "text/javascript; charset=utf-8")],
    ["/chat.css", file("chat.css", "text/css; charset=utf-8")],
    ["/icon.svg", file("icon.svg", "image/svg+xml")],
  ]);
  return createServer(({ method, url = "" }, response) => {
    const found = files.get(url.split("?")[0] ?? "");
    if (method !== "GET" && method !== "HEAD") {
      response.writeHead(405, { ...HEADERS, allow: "GET, HEAD" }).end();
    } else if (found === undefined) {
      response.writeHead(404, { ...HEADERS, "content-type": "text/plain" }).end("Not found\n");
    } else {
      const headers = { ...HEADERS, "content-type": found.type, "content-length": found.body.length };
      response.writeHead(200, headers).end(method === "HEAD" ? undefined : found.body);
    }
  });
}
