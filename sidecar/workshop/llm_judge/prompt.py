"""The prompt, with places for a query and a document."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from sidecar.errors import StartupError

QUERY, DOCUMENT = "{query}", "{document}"


class LlmJudgeError(StartupError):
    """A language model that cannot be asked, or must not be believed, with the reason."""

    code = "llm_judge"


@dataclass(frozen=True)
class Prompt:
    """A text in which `{query}` and `{document}` each stand once."""

    text: str

    def filled(self, query: str, document: str) -> str:
        """The prompt for one pair. Braces in either text mean nothing."""
        before, _, rest = self.text.partition(QUERY)
        between, _, after = rest.partition(DOCUMENT)
        return before + query + between + document + after


def read_prompt(file: Path | None) -> Prompt:
    """The file's prompt; None: the one of the package. Raises LlmJudgeError."""
    if file is None:
        shipped = resources.files("sidecar.workshop.llm_judge").joinpath("prompt.txt")
        return Prompt(shipped.read_text(encoding="utf8"))
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise LlmJudgeError(f"{file} cannot be read: {fault}") from None
    query, document = text.find(QUERY), text.find(DOCUMENT)
    once = text.count(QUERY) == text.count(DOCUMENT) == 1
    if not once or document < query:
        raise LlmJudgeError(f"{file}: a prompt has {QUERY} once, and {DOCUMENT} once behind it")
    return Prompt(text)
