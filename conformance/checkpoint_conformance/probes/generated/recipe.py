"""Everything that the generated inputs of a run depend on, and nothing else."""

from __future__ import annotations

import hashlib
import json
import platform
import unicodedata
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checkpoint_conformance.probes.generated.inputs import Inputs

if TYPE_CHECKING:
    from checkpoint_conformance.target.target import Target

__all__ = ["GENERATORS", "SOURCES", "Recipe", "surroundings"]

GENERATORS = ("hypothesis", "jsonschema-rs", "requests", "schemathesis", "sortedcontainers")
"""The distributions that affect what is generated."""
SOURCES = ("generator.py", "hypothesis_settings.py", "inputs.py", "sequences.py")
"""The modules of this package that affect it."""


@dataclass(frozen=True)
class Recipe:
    """What to generate: recipes with equal `key` give equal inputs. Holds no secrets."""

    document: str
    """The contract's document with the target's ids, as JSON."""
    deletes: bool
    """Whether plans delete what they create."""
    max_examples: int
    seed: int | None

    @classmethod
    def of(cls, target: Target, max_examples: int, seed: int | None = None) -> Recipe:
        """Return the recipe of the inputs for a target."""
        # The process that only reads a recipe needs neither the contract nor the target.
        from checkpoint_conformance.probes.generated.target_schema import target_schema

        document = json.dumps(target_schema(target).document, sort_keys=True)
        return cls(document, "deletion" in target.profiles, max_examples, seed)

    @classmethod
    def from_json(cls, text: str | bytes) -> Recipe:
        """Return the recipe that `to_json` wrote."""
        return cls(**json.loads(text))

    def to_json(self) -> str:
        """Return the recipe as JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @property
    def key(self) -> str:
        """A digest of the recipe, the generators, and Python with its Unicode tables: 64 hex digits."""
        return hashlib.sha256(f"{self.to_json()}\n{json.dumps(surroundings())}".encode()).hexdigest()

    def make(self) -> Inputs:
        """Generate the inputs in this process, which takes seconds."""
        # Both imports are slow, and a run that finds its inputs in the cache needs neither.
        from checkpoint_conformance.probes.generated.generator import generate_requests
        from checkpoint_conformance.probes.generated.sequences import generate_plans

        requests = generate_requests(self.document, self.max_examples, self.seed)
        return Inputs(requests, generate_plans(deletes=self.deletes))


@cache
def surroundings() -> dict[str, Any]:
    """Return the versions and digests of everything that affects what is generated."""
    here = Path(__file__).parent
    return {
        "python": [platform.python_implementation(), platform.python_version()],
        "unicode": unicodedata.unidata_version,
        "generators": {name: version(name) for name in GENERATORS},
        "sources": {name: hashlib.sha256((here / name).read_bytes()).hexdigest() for name in SOURCES},
    }
