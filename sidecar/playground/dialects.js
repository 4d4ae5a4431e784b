// The search as the clients of a dialect write it, by the template that the service gives for it.
//
// Every body holds the same control keys, which every dialect takes: in the query where that is an
// object, as ml_inference of OpenSearch sends them, and beside it otherwise.

import { isObject } from "./documents.js";
import { control } from "./state.js";

/** The body of a search, `dialect` being one of `/playground/service`. */
export function dialectBody({ template, explains }, state) {
  const body = fill(template, values(state));
  const { explain, ...keys } = control(state);
  if (explains) keys.explain = explain; // a bare array has no room for explanations
  return isObject(body.query)
    ? { ...body, query: { ...body.query, ...keys } }
    : { ...body, ...keys };
}

/** The values of a template's placeholders (sidecar/contracts/dialect.py). */
function values({ query, documents }) {
  return {
    "{query}": query,
    "{documents}": documents,
    "{pairs}": documents.map((document) => [query, document]),
    "{objects}": documents.map((document) => (isObject(document) ? document : { text: document })),
    // One line per document: line breaks are escaped in fields, and become spaces in texts.
    "{lines}": documents
      .map((document) => (isObject(document) ? JSON.stringify(document) : oneLine(document)))
      .join("\n"),
  };
}

function oneLine(text) {
  return text.replace(/\s*[\r\n]+\s*/g, " ");
}

function fill(part, byPlaceholder) {
  if (Array.isArray(part)) return part.map((item) => fill(item, byPlaceholder));
  if (isObject(part)) {
    return Object.fromEntries(
      Object.entries(part).map(([key, value]) => [key, fill(value, byPlaceholder)]));
  }
  return Object.hasOwn(byPlaceholder, part) ? byPlaceholder[part] : part;
}
