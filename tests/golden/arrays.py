"""Arrays as fixtures write them (see README.md), and the numbers both sides draw for themselves."""

import base64
import gzip
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parents[2] / "www" / "data"

# Results with more elements are sampled.
WHOLE = 2048


@dataclass
class Drawn:
    """An array the Rust side can make for itself from `spec`."""

    array: np.ndarray
    spec: dict


def hash32(count, seed):
    """`count` well-mixed 32-bit numbers: murmur3's finaliser over a Weyl sequence."""

    def mix(h):
        h ^= h >> np.uint32(16)
        h *= np.uint32(0x85EBCA6B)
        h ^= h >> np.uint32(13)
        h *= np.uint32(0xC2B2AE35)
        return h ^ (h >> np.uint32(16))

    start = mix(np.array([seed + 1], dtype=np.uint32))
    return mix(np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + start)


def uniform(shape, seed, low=-1.0, high=1.0):
    """float32 in [low, high): low + (high - low)·u, u of 24 bits, each operation in float32."""
    unit = (hash32(math.prod(shape), seed) >> np.uint32(8)).astype(np.float32) / np.float32(2**24)
    low, high = np.float32(low), np.float32(high)
    array = (low + (high - low) * unit).reshape(shape)
    return Drawn(array, {"uniform": {"seed": seed, "low": float(low), "high": float(high)}})


def below(shape, seed, limit):
    """int32 in 0..limit."""
    array = (hash32(math.prod(shape), seed) % np.uint32(limit)).astype(np.int32).reshape(shape)
    return Drawn(array, {"below": {"seed": seed, "limit": limit}})


def one_in(shape, seed, n):
    """float32 zeros with a one in `n` places on average: multi-hot rows."""
    array = (hash32(math.prod(shape), seed) % np.uint32(n) == 0).astype(np.float32).reshape(shape)
    return Drawn(array, {"one_in": {"seed": seed, "n": n}})


def idx(file, start, rows, divide=None):
    """Rows of a bundled IDX file; with `divide`, as float32 divided by it."""
    raw = gzip.decompress((DATA / file).read_bytes())
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", rank, 4)
    array = np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)[start : start + rows]
    spec = {"idx": {"file": file, "start": start}}
    if divide is not None:
        array = array.astype(np.float32) / np.float32(divide)
        spec["idx"]["divide"] = divide
    return Drawn(array, spec)


def plain(a):
    """The NumPy array behind `a`."""
    return a.array if isinstance(a, Drawn) else np.asarray(a)


def encode(a):
    """`a` whole, as fixtures hold inputs."""
    array = plain(a)
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    if array.dtype.kind in "UO":
        texts = [x.decode() if isinstance(x, bytes) else x for x in array.ravel().tolist()]
        return {"shape": list(array.shape), "dtype": "string", "values": texts}
    head = {"shape": list(array.shape), "dtype": str(array.dtype)}
    if isinstance(a, Drawn):
        return head | a.spec
    if array.size <= 16:
        return head | {"values": array.ravel().tolist()}
    return head | {"base64": to_base64(array)}


def encode_result(a):
    """`a` as fixtures hold results: whole, or sampled where large."""
    array = np.asarray(a)
    if array.size <= WHOLE:
        return encode(array)
    # An odd step that shares no factor with the row length visits every column.
    step = array.size // (WHOLE // 2) | 1
    while math.gcd(step, array.shape[-1]) != 1:
        step += 2
    flat = array.ravel()
    return {
        "shape": list(array.shape),
        "dtype": str(array.dtype),
        "every": step,
        "norm": float(np.linalg.norm(flat.astype(np.float64))),
        "base64": to_base64(flat[::step]),
    }


def to_base64(array):
    return base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode()
