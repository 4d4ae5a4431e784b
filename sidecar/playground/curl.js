// A search as a command for a shell.

import { dialectBody } from "./dialects.js";

/**
 * The command for a dialect of `/playground/service`. It never holds the key itself. `base` is the
 * service's address with a slash at its end.
 */
export function command(dialect, state, base, withKey) {
  const url = new URL(dialect.path.slice(1), base).href;
  return [
    `curl -sS '${url.replaceAll("'", "%27")}' \\`,
    "  -H 'Content-Type: application/json' \\",
    ...(withKey ? ["  -H \"Authorization: Bearer $RERANK_API_KEY\" \\"] : []),
    // Quoted, a here-document is taken as it is; no line of indented JSON is the bare word.
    "  --data-binary @- <<'JSON'",
    JSON.stringify(dialectBody(dialect, state), null, 2),
    "JSON",
  ].join("\n");
}
