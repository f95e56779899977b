import { createServer, type Server } from "node:http";
import sirv from "sirv";

/** Nothing but what comes from here, no script or style in the page itself, and no text that becomes markup. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  "cross-origin-opener-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** An HTTP server for the page's files in `folder`; it has no port of its own. */
export function servePage(folder: string): Server {
  // Read once, with what the build compressed; browsers ask each time whether it is still the same.
  const files = sirv(folder, { etag: true, brotli: true, gzip: true, maxAge: 0, dotfiles: false });
  return createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    files(request, response, () => {
      response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
    });
  });
}
