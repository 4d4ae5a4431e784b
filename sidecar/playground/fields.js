// A document's fields as the service reads them (sidecar/text/read.py, sidecar/text/compose.py).

import { isObject } from "./documents.js";
import { withAttributes } from "./attributes.js";

/** The value under a key, or under a dotted path into objects and lists of them. */
export function at(document, path) {
  if (Object.hasOwn(document, path) && document[path] !== null) return document[path];
  const dot = path.indexOf(".");
  if (dot < 0) return undefined;
  const head = path.slice(0, dot);
  const inner = Object.hasOwn(document, head) ? document[head] : undefined;
  const rest = path.slice(dot + 1);
  if (isObject(inner)) return at(inner, rest);
  if (Array.isArray(inner)) return inner.filter(isObject).map((item) => at(item, rest));
  return undefined;
}

/** A value as the text that the model reads of it; "" for what is left out. */
export function readValue(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value.trim() === "" ? "" : value;
  if (Array.isArray(value)) return value.map(readValue).filter(Boolean).join(", ");
  if (isObject(value)) {
    return Object.entries(value)
      .map(([key, part]) => [key, readValue(part)])
      .filter(([, text]) => text)
      .map(([key, text]) => `${key}: ${text}`)
      .join(", ");
  }
  return String(value);
}

/**
 * A document as `[{key, name, text, read}]`: the key that it has, the profile's name for it, its
 * text, and whether the profile reads it at all.
 * A plain text has the key and the name "". A text that holds a JSON object is one here as it is
 * there, when the profile reads texts (`parse`) and knows one of its keys.
 */
export function readFields(document, profile) {
  const object = isObject(document) ? withAttributes(document) : parsed(document, profile);
  if (object === null) return [{ key: "", name: "", text: document, read: true }];
  const names = new Map();
  const heads = new Set();
  for (const field of profile.fields) {
    const spelling = [field.name, ...field.aliases].find((each) => at(object, each) !== undefined);
    if (spelling === undefined) continue;
    names.set(spelling, field.name);
    heads.add(spelling).add(spelling.split(".")[0]);
  }
  const own = Object.entries(object).map(([key, value]) => ({
    key,
    name: names.get(key) ?? key,
    text: readValue(value),
    read: profile.every_field || heads.has(key),
  }));
  return own.filter((field) => field.text !== "");
}

function parsed(text, profile) {
  if (!profile.parse || !text.trimStart().startsWith("{")) return null;
  try {
    const value = withAttributes(JSON.parse(text));
    const known = profile.fields.flatMap((field) => [field.name, ...field.aliases]);
    const knows = !known.length || known.some((name) => at(value, name) !== undefined);
    return isObject(value) && knows ? value : null;
  } catch {
    return null;
  }
}
