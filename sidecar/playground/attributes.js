// Lists of attributes as one object, as the service reads them (sidecar/text/key_values.py).

import { isObject } from "./documents.js";
import { normal } from "./spelling.js";

const NAMES = ["name", "key", "label", "attributecode", "attributename", "attribute"];
const CODE = "code"; // names an attribute where nothing else does
const VALUES = ["value", "values", "option", "options", "selectedvalue", "attributevalue"];
const UNITS = ["unit", "unittext", "unitcode"];
const NOTES = new Set(
  ("id type @type namespace slug position visible variation createdat updatedat sectionname "
    + "sortorder displayorder order displayable filterable code").split(" "),
); // all of them as `normal` has them

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
  const keys = new Map(Object.keys(item).map((key) => [normal(key), key]));
  const having = (some) => some.filter((word) => keys.has(word));
  const [names, values, units] = [having(NAMES), having(VALUES), having(UNITS)];
  if (names.length === 0 && keys.has(CODE)) names.push(CODE);
  if (names.length !== 1 || values.length !== 1 || units.length > 1) return null;
  const known = new Set([...names, ...values, ...units, ...NOTES]);
  for (const [word, key] of keys) if (!known.has(word) && !isNote(key, item[key])) return null;
  const [name, value, unit] = [...names, ...values, ...units].map((word) => item[keys.get(word)]);
  if (typeof name !== "string" || name.trim() === "") return null;
  const plain = ["string", "number", "boolean"].includes(typeof value) && value !== "";
  return [name, typeof unit === "string" && plain ? `${value} ${unit}` : value];
}

/** Whether a key is a catalogue's own: another row's number, a flag, nothing at all. */
function isNote(key, value) {
  return /(?:_id|Id)$/.test(key) || value === null || typeof value === "boolean";
}
