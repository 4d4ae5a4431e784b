#!/usr/bin/env bash
# Carries the GPU's wheel to a bare machine and runs `python -m tests.gpu` there; docs/lab/gpu.md has the
# calls. The machine has Python 3.12 with torch, transformers and onnx, and reaches no network.
#
#   here:   tests/gpu/device.sh pack              .gpu/: the wheels, the large one in parts
#   there:  tests/gpu/device.sh keep              once for each part, carried one at a time
#           tests/gpu/device.sh install           when all parts are there
#           tests/gpu/device.sh run STEP ...      as often as wanted; figures go to $OUT
set -euo pipefail
cd "$(dirname "$0")/../.."

# The newest that pip found on 2026-11-26; CUDA 13, as the machine's torch.
GPU=onnxruntime-gpu==1.31.1
# What the service needs and such a machine lacks.
OTHERS="orjson pydantic==2.14.4 pydantic-core==2.50.5 annotated-types typing-inspection
    typing-extensions pydantic-settings python-dotenv structlog zstandard"
# A call carries at most 64 MiB, the repository (27 MB) included.
PART=32m
THERE=/tmp/gpu

pack() {
    rm -rf .gpu && mkdir -p .gpu/wheels .gpu/large
    grep -qx '/.gpu/' .git/info/exclude || echo '/.gpu/' >>.git/info/exclude
    local get="python3 -m pip download -q --no-deps --only-binary=:all: --python-version 3.12
        --implementation cp --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64
        --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64
        --platform manylinux1_x86_64"
    $get -d .gpu/large $GPU
    $get -d .gpu/wheels $OTHERS
    (cd .gpu/large && sha256sum ./*.whl) >.gpu/wheels/large.sha256
    split -b $PART -d .gpu/large/*.whl .gpu/part.
    rm -r .gpu/large
    ls -l .gpu
}

keep() {
    mkdir -p $THERE/parts
    cp .gpu/part.* $THERE/parts/
    ls -l $THERE/parts
}

install() {
    local wheel
    wheel=$THERE/$(awk '{print $2}' .gpu/wheels/large.sha256)
    cat $THERE/parts/part.* >"$wheel"
    (cd $THERE && sha256sum -c "$OLDPWD/.gpu/wheels/large.sha256")
    # Both wheels own one import package, and the service refuses to start with both.
    python3 -m pip uninstall -q -y onnxruntime || true
    python3 -m pip install -q --no-index --no-deps --no-compile --no-cache-dir --upgrade \
        --target $THERE/site "$wheel" .gpu/wheels/*.whl
    rm "$wheel"
    # onnxruntime looks for CUDA's libraries beside itself.
    ln -sfn "$(nvidia)" $THERE/site/nvidia
}

nvidia() {
    python3 -c 'import nvidia; print(next(iter(nvidia.__path__)))'
}

run() {
    mkdir -p $THERE/out
    # What an earlier machine measured, where it was carried.
    if [ -f .gpu/results.json ] && [ ! -f $THERE/out/results.json ]; then
        cp .gpu/results.json $THERE/out/
    fi
    local libraries
    libraries=$(find "$(nvidia)/" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
    export LD_LIBRARY_PATH=$libraries:${LD_LIBRARY_PATH:-}
    export PYTHONPATH=$THERE/site PYTHONUNBUFFERED=1
    local status=0
    timeout --signal=INT "${SECONDS_AT_MOST:-560}" python3 -W ignore -m tests.gpu \
        --out $THERE/out --minutes "${MINUTES:-8.5}" ${1:+--steps "$@"} || status=$?
    cp $THERE/out/results.json $THERE/out/tables.md "${OUT:-$THERE}/" 2>/dev/null || true
    return $status
}

"$@"
