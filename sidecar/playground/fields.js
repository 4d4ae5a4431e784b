// A document's fields as they are shown under the answer: keys, texts, and whether the profile reads
// them, by the service's rules for keys, paths and attributes (sidecar/text). Wrappings, HTML and
// objects that say one thing are shown as they were sent; Readings has what the service makes of them.

import { isObject } from "./documents.js";
import { withAttributes } from "./attributes.js";
import { normal } from "./spelling.js";

/** The value under a key, in any of its spellings, or under a dotted path into objects and lists. */
export function at(object, path) {
  const whole = keyOf(object, path);
  if (whole !== undefined) return object[whole];
  const [head, rest] = split(path);
  const key = rest ? keyOf(object, head) : undefined;
  if (key === undefined) return undefined;
  const inner = object[key];
  if (isObject(inner)) return at(inner, rest);
  if (Array.isArray(inner)) return inner.filter(isObject).map((item) => at(item, rest));
  return undefined;
}

/** The object's key that spells the name and holds something; as it is spelled first. */
function keyOf(object, name) {
  const holds = (key) => object[key] !== null && object[key] !== undefined;
  if (Object.hasOwn(object, name) && holds(name)) return name;
  return keysByWord(object).get(normal(name))?.find(holds);
}

const keysOf = new WeakMap(); // object -> its keys by `normal`: a profile asks for hundreds of names

function keysByWord(object) {
  let words = keysOf.get(object);
  if (words === undefined) {
    keysOf.set(object, words = new Map());
    for (const key of Object.keys(object)) {
      const word = normal(key);
      words.set(word, [...(words.get(word) ?? []), key]);
    }
  }
  return words;
}

function split(path) {
  const dot = path.indexOf(".");
  return dot < 0 ? [path, ""] : [path.slice(0, dot), path.slice(dot + 1)];
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
    const spelling = field.spellings.find((each) => at(object, each) !== undefined);
    if (spelling === undefined) continue;
    const whole = keyOf(object, spelling);
    if (whole !== undefined) names.set(whole, field.name);
    heads.add(whole ?? keyOf(object, split(spelling)[0]));
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
    const spellings = profile.fields.flatMap((field) => field.spellings);
    const knows = !spellings.length || spellings.some((name) => at(value, name) !== undefined);
    return isObject(value) && knows ? value : null;
  } catch {
    return null;
  }
}
