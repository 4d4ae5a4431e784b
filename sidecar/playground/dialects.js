// The search as the clients of a dialect write it, by the template that the service gives for it.
//
// Every body holds the same control keys, which every dialect takes: in the query where that is an
// object, as ml_inference of OpenSearch sends them, and beside it otherwise.

import { isObject } from "./documents.js";
import { control } from "./state.js";

/** The body of a search, `dialect` being one of `/playground/service`. */
export function requestBody({ template, explains }, state) {
  const body = fill(template, values(state));
  const { explain, ...keys } = control(state);
  if (explains) keys.explain = explain; // a bare array has no room for explanations
  return isObject(body.query)
    ? { ...body, query: { ...body.query, ...keys } }
    : { ...body, ...keys };
}

/** What the placeholders of a template stand for (sidecar/contracts/dialect.py). */
function values({ query, documents }) {
  return {
    "{query}": query,
    "{documents}": documents,
    "{objects}": documents.map((each) => (isObject(each) ? each : { text: each })),
    // One line each: a field's line breaks are escaped, a text's become spaces.
    "{lines}": documents
      .map((each) => (isObject(each) ? JSON.stringify(each) : each.replace(/\s*[\r\n]+\s*/g, " ")))
      .join("\n"),
  };
}

function fill(part, byPlaceholder) {
  if (Array.isArray(part)) return part.map((item) => fill(item, byPlaceholder));
  if (isObject(part)) {
    return Object.fromEntries(
      Object.entries(part).map(([key, value]) => [key, fill(value, byPlaceholder)]));
  }
  return Object.hasOwn(byPlaceholder, part) ? byPlaceholder[part] : part;
}
