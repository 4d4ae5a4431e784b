// Lists of attributes as one object, as the service reads them (sidecar/text/key_values.py).

import { isObject } from "./documents.js";

const NAMES = ["name", "key", "label", "attribute_code"];
const VALUES = ["value", "values", "options"];
const UNITS = ["unit", "unitText", "unitCode"];
const NOTES = new Set(
  "id type @type namespace slug position visible variation owner_id created_at updated_at".split(" "),
);

/** A value in which each list of attributes, [{name, value}], is the object that it stands for. */
export function withPairs(value) {
  if (Array.isArray(value)) {
    const object = ofPairs(value);
    return object === null ? value.map(withPairs) : withPairs(object);
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withPairs(part)]));
}

/** The object that the list stands for; null for every other list, and for an empty one. */
export function ofPairs(items) {
  const found = new Map();
  for (const item of items) {
    const pair = isObject(item) ? pairOf(item) : null;
    if (pair === null) return null;
    const [name, value] = pair;
    if (!found.has(name)) found.set(name, value);
    else if (Array.isArray(found.get(name))) found.set(name, [...found.get(name), value]);
    else found.set(name, [found.get(name), value]);
  }
  return found.size > 0 ? Object.fromEntries(found) : null;
}

function pairOf(item) {
  const [names, values, units] = [NAMES, VALUES, UNITS].map((keys) =>
    keys.filter((key) => Object.hasOwn(item, key)),
  );
  if (names.length !== 1 || values.length !== 1 || units.length > 1) return null;
  const known = new Set([...names, ...values, ...units]);
  if (Object.keys(item).some((key) => !known.has(key) && !NOTES.has(key))) return null;
  const [name, value] = [item[names[0]], item[values[0]]];
  if (typeof name !== "string" || name.trim() === "") return null;
  const unit = units.length > 0 ? item[units[0]] : null;
  const plain = ["string", "number", "boolean"].includes(typeof value) && value !== "";
  return [name, typeof unit === "string" && plain ? `${value} ${unit}` : value];
}
