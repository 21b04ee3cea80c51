"""The families of cases: each module with `cases()`, which lists functions making one case each."""

import importlib
import pkgutil

FAMILIES = {}
for found in pkgutil.iter_modules(__path__):
    module = importlib.import_module(f"cases.{found.name}")
    if hasattr(module, "cases"):
        FAMILIES[found.name] = module.cases
