"""flags > environment > TOML file > defaults, and every fault by its name."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from annotated_types import Le

import sidecar
from es_integration.local_node import cache
from sidecar.errors import StartupError
from sidecar.idle_settings import NEEDED, OF_COMMANDS, misspelt, without_effect
from sidecar.runtime.options import RENAMED, RuntimeOptions
from sidecar.settings import Settings, load


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "HOST", "DEADLINE_MS", "CONFIG", "API_KEY"):
        monkeypatch.delenv(f"RERANK_{name}", raising=False)


def test_each_source_beats_the_one_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rerank.toml"
    file.write_text('port = 1\nhost = "file"\ndeadline_ms = 7\n')
    monkeypatch.setenv("RERANK_PORT", "2")
    monkeypatch.setenv("RERANK_HOST", "environment")
    settings = load({"port": 3}, file)
    assert (settings.port, settings.host, settings.deadline_ms) == (3, "environment", 7)
    assert settings.max_documents == Settings.model_fields["max_documents"].default


def test_the_environment_can_name_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rerank.toml"
    file.write_text("port = 4\n")
    monkeypatch.setenv("RERANK_CONFIG", str(file))
    assert load().port == 4


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("port = 99999", "setting port"),
        ('device = "tpu"', "setting device"),
        ("prot = 1", "setting prot"),
        ("port = = 1", "settings file"),
        ("token_budget = 100000000000", "setting token_budget"),
        ('canary_cluster = "http://a"', "canary_cluster is set without canary_engine"),
        ("run_timeout_s = inf", "setting run_timeout_s"),
        ("run_timeout_s = 1e300", "setting run_timeout_s"),
        ("keep_alive_s = inf", "setting keep_alive_s"),
        ("drain_s = inf", "setting drain_s"),
        (f"deadline_ms = {'9' * 400}", "setting deadline_ms"),
        ('model = "a="', "setting model: `a=` names no folder"),
        ('model = "a=,b=models/b"', "setting model: `a=` names no folder"),
        (f'model = "{"n" * 300}="', "setting model: `n+=` names no folder"),
        ("model = [1, 2]", "setting model: Input should be a valid string"),
        ('host = ""', "setting host"),
        ('admin_host = ""', "setting admin_host"),
    ],
)
def test_a_fault_is_told_by_its_name(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "rerank.toml"
    file.write_text(text)
    with pytest.raises(StartupError, match=fault):
        load({}, file)


def test_the_folder_of_models_to_load_matters_to_a_service_alone() -> None:
    assert load({"models_dir": "/none"}).models_dir == Path("/none")


def test_every_number_has_a_bound() -> None:
    """Without one, a number that no timer, float or JSON can hold fails somewhere later."""
    numbers = [
        (name, field)
        for name, field in Settings.model_fields.items()
        if {int, float} & {field.annotation, *get_args(field.annotation)}
    ]
    unbounded = [
        name for name, field in numbers if not any(isinstance(m, Le) for m in field.metadata)
    ]
    assert len(numbers) > 20
    assert unbounded == []


def test_a_setting_without_effect_is_told_with_what_it_needs(tmp_path: Path) -> None:
    given = {
        "models_dir": tmp_path,
        "admin_host": "::1",
        "admin_tls": "none",
        "cache_prefix": "shop:",
        "cache_ttl_s": 60,
        "cache_timeout_ms": 9,
        "canary_every": "5s",
        "judgements_id": "sku",
    }
    assert without_effect(load(given)) == NEEDED
    whole = {
        "admin_port": 0,
        "api_keys_file": tmp_path / "keys.toml",
        "cache_url": "redis://host",
        "canary_engine": "opensearch",
        "judgements": tmp_path / "judgements.jsonl",
    }
    assert without_effect(load(given | whole)) == {}
    assert without_effect(load()) == {}


@pytest.mark.parametrize(
    "name", ["workers", "run_timeout_s", "port", "price_per_hour", "cache_ttl_s", "max_documents"]
)
def test_true_and_false_are_no_numbers(tmp_path: Path, name: str) -> None:
    file = tmp_path / "sidecar.toml"
    for value in ("true", "false"):
        file.write_text(f"{name} = {value}\n")
        with pytest.raises(StartupError, match=f"setting {name}: a number is wanted, not {value}"):
            load(config=file)
    file.write_text(f'playground = false\n{name} = "9"\n')
    assert getattr(load(config=file), name) == 9, "a text is read as the environment's"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for name in ("none.toml", "a" * 300):
        with pytest.raises(StartupError, match="does not exist"):
            load({}, tmp_path / name)


def test_keys_are_split_and_never_shown() -> None:
    settings = Settings(api_key=" key-1, key-2 ,")  # type: ignore[arg-type]
    assert settings.api_keys == ("key-1", "key-2")
    assert "key-1" not in repr(settings)


@pytest.mark.parametrize("text", ["", " ", " , ,", "\n"])
def test_a_setting_without_a_key_opens_nothing(text: str) -> None:
    with pytest.raises(StartupError, match=r"setting api_key: .*holds no key"):
        load({"api_key": text})


@pytest.mark.parametrize(
    ("variable", "setting"),
    [
        ("RERANK_PROT", "RERANK_PORT"),
        ("rerank_api_kye", "RERANK_API_KEY"),
        ("RERANK_API_KEY_FILE", "RERANK_API_KEYS_FILE"),
        ("RERANK_DEADLINE", "RERANK_DEADLINE_MS"),
        ("RERANK_TLS_CERT", "RERANK_TLS_CERTIFICATE"),
        ("RERANK_CONFG", "RERANK_CONFIG"),
    ],
)
def test_a_misspelt_variable_is_named(variable: str, setting: str) -> None:
    assert misspelt([variable, "PATH", "PROT"]) == {variable: setting}


def test_variables_that_mean_something_or_are_others_are_not_misspelt() -> None:
    settings = [f"RERANK_{name}" for name in (*Settings.model_fields, *RENAMED, "CONFIG")]
    assert misspelt([name.upper() for name in settings]) == {}
    assert misspelt([name.lower() for name in settings]) == {}
    # Kubernetes' for a service `rerank-sidecar`, and the tests' own.
    of_service = ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT", "PORT_8080_TCP")
    assert misspelt(f"RERANK_SIDECAR_{name}" for name in of_service) == {}
    assert misspelt(["RERANK_OPENSEARCH", "RERANK_REQUIRE_NODE", "RERANK_CACHE_DIR"]) == {}


def test_every_variable_of_a_command_is_known() -> None:
    package = Path(sidecar.__file__).parent
    texts = [path.read_text() for path in (*(package / "cli").rglob("*.py"), Path(cache.__file__))]
    pattern = r'(?:envvar=|KEY = |VARIABLE = )"RERANK_(\w+)"'
    named = {name for text in texts for name in re.findall(pattern, text)}
    assert named == OF_COMMANDS


def test_a_start_warns_of_a_misspelt_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RERANK_DEADLINE", "secret")
    done = run("serve", "--api-keys-file", str(tmp_path / "none.toml"))
    (line,) = done.stdout.splitlines()
    said = json.loads(line)
    assert (said["event"], said["level"]) == ("unknown variable", "warning")
    assert (said["name"], said["nearest"]) == ("RERANK_DEADLINE", "RERANK_DEADLINE_MS")
    assert "secret" not in line


def test_an_empty_variable_is_as_if_it_were_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RERANK_API_KEY", "")
    assert load().api_keys == ()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sidecar", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_help_lists_the_commands() -> None:
    said = run("--help").stdout
    for command in ("serve", "demo", "bench"):
        assert command in said


def test_every_setting_is_a_flag_with_its_environment_name() -> None:
    said = " ".join(run("serve", "--help").stdout.split())
    for name in Settings.model_fields:
        assert f"--{name.replace('_', '-')}" in said


def test_a_start_that_must_not_be_ends_with_one_line_and_status_1(tmp_path: Path) -> None:
    for arguments in (["--model", str(tmp_path)], ["--device", "tpu"], ["--port", "70000"]):
        done = run("serve", "--log-level", "error", *arguments)
        assert done.returncode == 1
        assert done.stderr.startswith("rerank-sidecar: ")
        assert len(done.stderr.splitlines()) == 1
        assert "Traceback" not in done.stdout + done.stderr


def test_the_command_line_imports_nothing_heavy_before_it_must() -> None:
    code = (
        "import sys; import sidecar.cli; "
        "print([n for n in ('onnxruntime', 'aiohttp', 'opensearchpy', 'bm25s', 'numpy', 'torch')"
        " if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("given", "models"),
    [
        (None, [(None, None)]),
        ("/models/a", [("/models/a", None)]),
        (Path("/models/a"), [("/models/a", None)]),
        ("fast=/models/a", [("/models/a", "fast")]),
        ("Qwen/Qwen3-Reranker-0.6B=/models/q", [("/models/q", "Qwen/Qwen3-Reranker-0.6B")]),
        ("/models/a, b=/models/b", [("/models/a", None), ("/models/b", "b")]),
        (["/models/a", "b=/models/b"], [("/models/a", None), ("/models/b", "b")]),
        ("/odd=name/a", [("/odd=name/a", None)]),
    ],
)
def test_models_are_folders_with_or_without_a_name(
    given: object, models: list[tuple[str | None, str | None]]
) -> None:
    sources = load({"model": given}).models
    assert [(source.folder and str(source.folder), source.name) for source in sources] == models


@pytest.mark.parametrize("text", ["", " ", ",", " , ", "\n"])
def test_a_text_that_names_no_model_is_refused(text: str) -> None:
    with pytest.raises(StartupError, match=r"setting model: .*names no model"):
        load({"model": text})


def test_a_folder_that_is_there_is_a_folder_whatever_its_name(tmp_path: Path) -> None:
    for name in ("a=b", "a,b"):
        folder = tmp_path / name
        folder.mkdir()
        assert [source.folder for source in load({"model": str(folder)}).models] == [folder]


def test_the_runtimes_old_name_still_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('engine = "openvino"\n')
    assert load({"engine": "openvino"}).runtime == "openvino"
    assert load(config=file).runtime == "openvino"
    monkeypatch.setenv("RERANK_ENGINE", "onnxruntime")
    assert load(config=file).runtime == "onnxruntime", "the environment beats the file"
    monkeypatch.setenv("RERANK_RUNTIME", "openvino")
    assert load().runtime == "openvino", "the new name beats the old"
    assert load({"engine": "onnxruntime"}).runtime == "onnxruntime", "a flag beats both"


def test_runtime_options_are_the_settings_of_these_names() -> None:
    options = load({"threads": 2, "graph": "int8", "port": 0}).runtime_options
    assert type(options) is RuntimeOptions
    assert (options.threads, options.graph, options.device) == (2, "int8", "cpu")


def test_runtime_options_from_keywords_say_what_is_wrong() -> None:
    assert RuntimeOptions.of({"engine": "openvino"}).runtime == "openvino"
    with pytest.raises(TypeError, match="no option speed"):
        RuntimeOptions.of({"speed": 9})
    with pytest.raises(StartupError, match="option workers: "):
        RuntimeOptions.of({"workers": 0})
    with pytest.raises(StartupError, match="option threads: a number is wanted"):
        RuntimeOptions.of({"threads": True})
