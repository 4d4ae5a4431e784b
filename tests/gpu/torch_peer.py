"""The peer: torch's own layers, in half precision, with its fused attention kernels (sdpa)."""

import copy
from typing import Any

import numpy as np
import torch

from sidecar.runtime.session import Batch, Tensors
from tests.gpu.shapes import Shape


class TorchPeer:
    """The network on a device; `run` takes what a Session takes.

    No mask is given where it would say nothing: then sdpa may take flash attention. A decoder needs
    none at all, since its padding stands behind what is read.
    """

    def __init__(self, network: Any, shape: Shape, device: str, dtype: torch.dtype) -> None:
        self._shape, self._device = shape, device
        if shape.decoder:
            self._model = copy.deepcopy(network.backbone).to(device, dtype).eval()
            self._row = network.row.detach().to(device, dtype)
        else:
            self._model = copy.deepcopy(network.model).to(device, dtype).eval()
        self._model.set_attn_implementation("sdpa")

    @torch.inference_mode()
    def run(self, batch: Batch) -> Tensors:
        """One logit per pair, shape (pairs,)."""
        ids = torch.from_numpy(batch.input_ids).to(self._device)
        if self._shape.decoder:
            states = self._model(input_ids=ids, use_cache=False).last_hidden_state
            last = torch.from_numpy(batch.attention_mask.sum(1) - 1).to(self._device)
            rows = torch.arange(len(last), device=self._device)
            logits = (states[rows, last] * self._row).float().sum(-1)
        else:
            given: dict[str, Any] = {"input_ids": ids}
            if not batch.attention_mask.all():
                given["attention_mask"] = torch.from_numpy(batch.attention_mask).to(self._device)
            if batch.token_type_ids is not None:
                given["token_type_ids"] = torch.from_numpy(batch.token_type_ids).to(self._device)
            logits = self._model(**given).logits.squeeze(-1).float()
        return {"logits": logits.cpu().numpy().astype(np.float32)}


def gpu_memory_gb() -> float | None:
    """GB in use on the device by all that runs there, None without one."""
    if not torch.cuda.is_available():
        return None
    free, total = torch.cuda.mem_get_info()
    return round((total - free) / 1e9, 2)
