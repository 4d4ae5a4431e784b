// Documents as lines and as JSON. Pure; each reading undoes its writing:
// fromLines(toLines(d)) and fromJson(toJson(d)) are d, for every list of strings and objects.
//
// A line is a text, except where it is a JSON object (a document with fields) or a JSON string
// (a text that a line cannot hold as it is: with line breaks, blank, or itself like JSON).

/** One line per document. */
export function toLines(documents) {
  return documents.map(lineOf).join("\n");
}

/** The documents of the lines; blank lines are none. */
export function fromLines(text) {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(documentOf);
}

/** An indented JSON array. */
export function toJson(documents) {
  return JSON.stringify(documents, null, 2);
}

/** The documents of a JSON array. Throws an Error that says what is wrong, and where. */
export function fromJson(text) {
  if (text.trim() === "") return [];
  const value = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error("must be an array of texts and objects");
  value.forEach((document, place) => {
    if (typeof document !== "string" && !isObject(document)) {
      throw new Error(`[${place}]: must be a text or an object`);
    }
  });
  return value;
}

/** The names of the documents' fields, in the order in which they come. */
export function fieldNames(documents) {
  return [...new Set(documents.filter(isObject).flatMap((document) => Object.keys(document)))];
}

/** Whether a value is a JSON object. */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function lineOf(document) {
  if (isObject(document)) return JSON.stringify(document);
  const fits = document.trim() !== "" && !/[\r\n]/.test(document);
  return fits && documentOf(document) === document ? document : JSON.stringify(document);
}

function documentOf(line) {
  if (!/^\s*["{]/.test(line)) return line;
  try {
    const value = JSON.parse(line);
    return typeof value === "string" || isObject(value) ? value : line;
  } catch {
    return line;
  }
}
