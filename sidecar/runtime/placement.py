"""Did the graph really run on the device? Read from onnxruntime's own profile of a run. Pure.

A provider that lacks a kernel hands the node to the CPU and copies its inputs and outputs, with
no word but a log line. Shape arithmetic is exempt: onnxruntime puts it on the CPU on purpose.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sidecar.errors import DeviceError
from sidecar.runtime.options import Device

COPIES = ("MemcpyToHost", "MemcpyFromHost")


def check_placement(
    events: Iterable[Mapping[str, Any]], device: Device, provider: str, activation_size: int
) -> None:
    """Raises DeviceError if a node of the profiled run did not run on the device; see `strays`."""
    if nodes := strays(events, provider, activation_size):
        raise DeviceError(
            f"{len(nodes)} nodes do not run on {device!r} but on the CPU, among them "
            f"{', '.join(nodes[:3])}: choose a graph that this device has kernels for"
        )


def strays(events: Iterable[Mapping[str, Any]], provider: str, activation_size: int) -> list[str]:
    """The nodes that handled activations away from `provider`, as "OpType name", without repeats.

    An activation is a tensor of at least `activation_size` elements (batch x tokens of the
    profiled run); a copy between device and host of such a tensor counts too.
    """
    nodes: dict[str, None] = {}
    for event in events:
        args = event.get("args", {})
        if event.get("cat") != "Node" or "provider" not in args:
            continue
        away = args["provider"] != provider or args.get("op_name") in COPIES
        if away and _largest(args) >= activation_size:
            nodes[f"{args['op_name']} {event['name'].removesuffix('_kernel_time')}"] = None
    return list(nodes)


def _largest(args: Mapping[str, Any]) -> int:
    """Elements of the node's largest tensor; the profile lists shapes as [{"float": [2, 8]}]."""
    sizes = [0]
    for key in ("input_type_shape", "output_type_shape"):
        for tensor in args.get(key, ()):
            for shape in tensor.values():
                size = 1
                for length in shape:
                    size *= length
                sizes.append(size)
    return max(sizes)
