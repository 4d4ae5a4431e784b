"""The Painless scripts of connectors: texts of users and documents, made harmless.

ml-commons fills in whatever looks like `${parameters.x}` in a request, in these texts too, and
fails where it has nothing to fill in. In JSON `$\\u007b` is the same text and no placeholder.

What a script returns is read as JSON and written anew; only a string stays as it is. So each
parameter, which is JSON, is quoted once more. It gets a new name, because ml-commons lets the old
value of a parameter go before a script's.
"""

_QUOTE = r"""
String quote(String json) {
  return '"' + json.replace('${', '$\\u007b').replace('\\', '\\\\').replace('"', '\\"') + '"';
}
"""
_ESCAPE = r"""
String escaped(String text) {
  String escaped = text.replace('\\', '\\\\').replace('"', '\\"');
  for (int code = 0; code < 32; code++) {
    String hex = (code < 16 ? '0' : '') + Integer.toHexString(code);
    escaped = escaped.replace(Character.toString((char) code), '\\u00' + hex);
  }
  return escaped;
}
"""
"""ml-commons brings a function `escape`, which puts one backslash too many into C:\\temp."""

FLAT = (
    _QUOTE.lstrip()
    + r"""String texts = String.join('","', params.text_docs);
String request = '{"query":"' + params.query_text + '","documents":["' + texts + '"]}';
return '{"parameters":{"safe_request":' + quote(request) + '}}';
"""
).strip()
"""Of the flat route, whose query and texts come escaped, without the quotes around them."""

STRUCTURED = (
    _QUOTE.lstrip()
    + r"""String search = quote(params.search);
String documents = quote(params.documents);
return '{"parameters":{"safe_search":' + search + ',"safe_documents":' + documents + '}}';
"""
).strip()
"""Of the structured route, whose parameters are JSON."""

HIGHLIGHT = (
    _QUOTE.lstrip()
    + _ESCAPE.lstrip()
    + r"""String inputs = params.inputs;
if (inputs == null) {
  String question = escaped(params.question);
  inputs = '[{"question":"' + question + '","context":"' + escaped(params.context) + '"}]';
}
return '{"parameters":{"safe_inputs":' + quote(inputs) + '}}';
"""
).strip()
"""Of the highlighter: a page of hits comes as `inputs`, which is JSON, a hit alone as two texts."""

EMBED = (
    _QUOTE.lstrip()
    + r"""String texts = '["' + String.join('","', params.text_docs) + '"]';
return '{"parameters":{"safe_texts":' + quote(texts) + '}}';
"""
).strip()
"""Of both embedders, whose texts come escaped, without the quotes around them."""

ALWAYS = {"pre_process_function.process_remote_inference_input": "true"}
"""The connector's parameters without which a script sees no parameters that are JSON already."""
