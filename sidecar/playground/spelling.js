// The same key in other spellings, as the service compares them (sidecar/text/spelling.py).

const OWN_MEANING = /^(?:_|@(?:type|id|context|graph|value|language))/;
const NAMESPACE =
  /\{[^{}]*\}|https?:\/\/\S*[/#]|[\p{L}_][\p{L}\p{N}_-]{0,9}:(?=[\p{L}_])/u;

/** The key without namespace, case and signs, by which spellings of a name are equal. */
export function normal(key) {
  if (OWN_MEANING.test(key)) return key;
  const folded = key.replace(NAMESPACE, "").toUpperCase().toLowerCase(); // also ß to ss
  return folded.replace(/[^\p{L}\p{N}]+/gu, "") || key;
}
