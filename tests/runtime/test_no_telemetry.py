"""What runs here tells nobody."""

import os
import subprocess
import sys
from pathlib import Path


def test_onnxruntime_keeps_nothing_to_send(tmp_path: Path) -> None:
    """Without the variable 1.31 leaves a device ID and a database of events in the home folder."""
    script = (
        "from sidecar import Reranker\n"
        "with Reranker.open(workers=1) as reranker:\n"
        "    print(len(reranker.rerank('a', ['b']).ranked))"
    )
    env = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**env, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1\n"
    assert [path.name for path in tmp_path.rglob("*")] == []
