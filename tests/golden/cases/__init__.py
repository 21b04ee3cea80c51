"""The families of cases: each a function that lists functions making one case each."""

from cases import fits, layers, losses, metrics, optimizers, summaries, tutorials

FAMILIES = {
    "layers": layers.cases,
    "losses": losses.cases,
    "metrics": metrics.cases,
    "optimizers": optimizers.cases,
    "tutorials": tutorials.cases,
    "fits": fits.cases,
    "summaries": summaries.cases,
}
