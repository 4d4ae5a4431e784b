"""Temperature and bias, so that a score is close to the probability of relevance."""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def fit(positive: torch.Tensor, negative: torch.Tensor) -> tuple[float, float]:
    """(temperature, bias) of score = sigmoid((logit - bias) / temperature), by logistic fit.

    `positive` and `negative` are logits of relevant and irrelevant pairs. Both weigh the same:
    among a search engine's candidates neither kind is rare.
    """
    logits = torch.cat([positive, negative]).double()
    labels = torch.cat([torch.ones(len(positive)), torch.zeros(len(negative))]).double()
    weights = torch.where(labels > 0, 0.5 / len(positive), 0.5 / len(negative))
    middle = logits.mean().item()
    slope = torch.zeros(1, dtype=torch.double, requires_grad=True)
    shift = torch.zeros(1, dtype=torch.double, requires_grad=True)
    solver = torch.optim.LBFGS([slope, shift], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        solver.zero_grad()
        fitted = (logits - middle) * slope.exp() + shift
        loss = (binary_cross_entropy_with_logits(fitted, labels, reduction="none") * weights).sum()
        loss.backward()
        return loss

    solver.step(closure)
    gain = slope.exp().item()
    return round(1 / gain, 4), round(middle - shift.item() / gain, 4)
