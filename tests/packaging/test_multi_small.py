"""multi-small, the distribution of its own: its wheel, its name, and what it ranks."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.inprocess import Reranker
from sidecar.runtime.manifest import Manifest
from tests.packaging.conftest import ROOT, build

DISTRIBUTION = ROOT / "models" / "multi-small"
FOLDER = DISTRIBUTION / "rerank_sidecar_multi_small" / "model"
LIMIT_BYTES = 50_000_000
LANGUAGES = "en zh de fr es it pt nl pl ru ja ko ar tr vi hi".split()

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the sdist has no second model")

QUESTIONS = {
    "en": (
        "Who must pay for the repair of the heating?",
        "The landlord bears the cost of repairing the heating system.",
        "The heating season begins in October.",
    ),
    "zh": ("谁来支付暖气的维修费用？", "暖气系统的维修费用由房东承担。", "供暖季节从十月开始。"),
    "de": (
        "Wer muss die Reparatur der Heizung bezahlen?",
        "Die Kosten für die Instandsetzung der Heizung trägt der Vermieter.",
        "Die Heizperiode beginnt im Oktober.",
    ),
    "ar": (
        "من يدفع تكاليف إصلاح التدفئة؟",
        "يتحمل المالك تكاليف إصلاح نظام التدفئة.",
        "يبدأ موسم التدفئة في أكتوبر.",
    ),
}
"""Language -> a question, what answers it, and what only shares its words."""


@pytest.fixture(scope="module")
def reranker() -> Iterator[Reranker]:
    with Reranker.open(str(FOLDER)) as opened:
        yield opened


def test_the_folder_is_the_model_of_that_name() -> None:
    manifest = Manifest.read(FOLDER)
    assert manifest.name == "multi-small"
    assert list(manifest.languages) == LANGUAGES
    assert manifest.licence == "MIT"
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= LIMIT_BYTES


@pytest.mark.parametrize("asked", QUESTIONS)
@pytest.mark.parametrize("read", QUESTIONS)
def test_an_answer_is_first_in_and_across_languages(
    reranker: Reranker, asked: str, read: str
) -> None:
    query = QUESTIONS[asked][0]
    _, answer, other = QUESTIONS[read]
    best, last = reranker.rerank(query, [other, answer]).ranked
    assert (best.index, last.index) == (1, 0)
    assert best.score > last.score


@pytest.mark.parametrize("word", ["пылесос", "غسالة", "फ्रिज", "냉장고", "洗濯機", "洗衣机"])
def test_a_short_word_of_its_languages_is_not_called_unread(reranker: Reranker, word: str) -> None:
    result = reranker.rerank(word, [word])
    assert (result.unread, result.query_unread) == ((), False)


def test_a_language_that_it_does_not_read_is_called_unread(reranker: Reranker) -> None:
    result = reranker.rerank("red shoes", ["κόκκινα παπούτσια", "красные туфли"])
    assert result.unread == (0,)


def test_its_wheel_gives_the_name(tmp_path: Path) -> None:
    build(DISTRIBUTION, tmp_path, "--wheel")
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    code = (
        "from sidecar.runtime.shipped_models import shipped_models\n"
        "print(shipped_models()['multi-small'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": f"{tmp_path / 'installed'}:{ROOT}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    folder = Path(done.stdout.strip())
    assert folder.is_relative_to(tmp_path)
    assert Manifest.read(folder).name == "multi-small"
