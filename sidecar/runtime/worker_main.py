"""The inside of a worker process: `python -m sidecar.runtime.worker_main DESCRIPTOR PARENT`.

It opens the session that its parent describes and does one run after another, until the pipe is
closed. It dies with its parent, whatever it is doing then.
"""

import contextlib
import ctypes
import os
import pickle
import signal
import sys
from multiprocessing.connection import Connection

from sidecar.runtime.session import Batch
from sidecar.runtime.tensor_wire import pack, pack_fault, unpack

PR_SET_PDEATHSIG = 1
"""prctl(2)."""


def serve(connection: Connection) -> None:
    """Answers the pipe: with no tensors once the session is open, then with those of each run. A
    fault is answered too; only one of the opening ends the process."""
    open_session = pickle.loads(connection.recv_bytes())
    try:
        session = open_session()
    except Exception as fault:
        connection.send_bytes(pack_fault(fault))
        return
    connection.send_bytes(pack({}))
    while True:
        arrays = unpack(connection.recv_bytes())
        try:
            batch = Batch(
                arrays["input_ids"], arrays["attention_mask"], arrays.get("token_type_ids")
            )
            answer = pack(session.run(batch))
        except Exception as fault:  # whatever the runtime raises is that run's
            answer = pack_fault(fault)
        connection.send_bytes(answer)


def _die_with(parent: int) -> None:
    """Makes this process end when its parent does. Raises SystemExit if that has ended already."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was faster
        sys.exit(1)


def main() -> None:
    """Ends when the parent closes the pipe."""
    descriptor, parent = map(int, sys.argv[1:])
    _die_with(parent)
    with contextlib.suppress(EOFError, OSError), Connection(descriptor) as connection:
        serve(connection)


if __name__ == "__main__":
    main()
