// Lists of attributes as one object, as the service reads them (sidecar/text/key_values.py).

import { isObject } from "./documents.js";

const NAMES = ["name", "key", "label", "attribute_code"];
const VALUES = ["value", "values", "options"];
const UNITS = ["unit", "unitText", "unitCode"];
const NOTES = new Set(
  "id type @type namespace slug position visible variation owner_id created_at updated_at".split(" "),
);

/** The value with every list of attributes, [{name, value}, ...], as an object, {name: value}. */
export function withAttributes(value) {
  if (Array.isArray(value)) {
    const object = objectOf(value);
    return object === null ? value.map(withAttributes) : withAttributes(object);
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withAttributes(part)]));
}

/** The attributes of the list as one object; null for any other list, and for an empty one. */
export function objectOf(items) {
  const values = new Map();
  for (const item of items) {
    const attribute = isObject(item) ? attributeOf(item) : null;
    if (attribute === null) return null;
    const [name, value] = attribute;
    if (!values.has(name)) values.set(name, value);
    else if (Array.isArray(values.get(name))) values.set(name, [...values.get(name), value]);
    else values.set(name, [values.get(name), value]);
  }
  return values.size > 0 ? Object.fromEntries(values) : null;
}

function attributeOf(item) {
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
