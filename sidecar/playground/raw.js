// JSON as it went over the wire, indented. Numbers stay as they were printed: 0.0 is not 0.

const STEP = "  ";

/** The JSON text with a line per item; empty lists and objects stay on theirs. Its tokens are kept. */
export function indent(text) {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  let shown = "";
  tokens.forEach((token, place) => {
    const line = () => `\n${STEP.repeat(depth)}`;
    if (token === "{" || token === "[") {
      depth += 1;
      shown += token + (/[}\]]/.test(tokens[place + 1] ?? "") ? "" : line());
    } else if (token === "}" || token === "]") {
      depth -= 1;
      shown += (/^[{[]$/.test(tokens[place - 1] ?? "") ? "" : line()) + token;
    } else if (token === ",") shown += token + line();
    else if (token === ":") shown += ": ";
    else shown += token;
  });
  return shown;
}
