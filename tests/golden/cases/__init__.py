"""The families of cases: each module with `cases()`, which lists functions making one case each."""

import importlib
import pkgutil

FAMILIES = {}
# Of families that need another backend than JAX.
BACKENDS = {}
for found in pkgutil.iter_modules(__path__):
    module = importlib.import_module(f"cases.{found.name}")
    if hasattr(module, "cases"):
        FAMILIES[found.name] = module.cases
    if hasattr(module, "BACKEND"):
        BACKENDS[found.name] = module.BACKEND
