"""Models on disk: arrays as `.npz`, everything else as JSON, and a digest over both.

No pickle: loading a model can't run code. A file that was cut off or edited is refused.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaner.authorship import AuthorshipModel
from cleaner.content import ContentModel, Trust
from cleaner.errors import ModelError
from cleaner.features_words import Pairs, pack
from cleaner.layers import Layers
from cleaner.modelfolder import model_folder as model_folder  # for those who load models
from cleaner.rehearsal import Rehearsal, rehearsal_arrays, rehearsal_from

FORMAT = 1
Arrays = dict[str, NDArray[Any]]
_ARRAYS, _SETTINGS = "arrays.npz", "model.json"


def save(folder: Path, arrays: Arrays, settings: Mapping[str, float]) -> None:
    """Write one model; its files appear whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / (_ARRAYS + ".part")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            # A fixed time stamp: the same arrays give the same bytes.
            entry = zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as file:
                np.lib.format.write_array(file, arrays[name], allow_pickle=False)
    body = {
        "format": FORMAT,
        "settings": dict(sorted(settings.items())),
        "digest": _digest(temporary.read_bytes(), settings),
    }
    described = folder / (_SETTINGS + ".part")
    described.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")
    temporary.replace(folder / _ARRAYS)
    described.replace(folder / _SETTINGS)


def _digest(arrays: bytes, settings: Mapping[str, float]) -> str:
    described = json.dumps(dict(sorted(settings.items()))).encode()
    return hashlib.sha256(arrays + b"\0" + described).hexdigest()


def load(folder: Path) -> tuple[Arrays, dict[str, float], str]:
    """The arrays, settings and digest of one model.

    Raises `ModelError` when a file is missing, damaged, or of another format.
    """
    try:
        body = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
        packed = (folder / _ARRAYS).read_bytes()
        made_for, settings, digest = body["format"], body["settings"], body["digest"]
    except FileNotFoundError as error:
        raise ModelError(
            f"{folder}: no model here ({Path(str(error.filename)).name} is missing). Install the "
            "package again, or train the models: python scripts/train.py --data DIR"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(_damaged(folder, str(error))) from error
    if made_for != FORMAT:
        raise ModelError(
            f"{folder}: made for format {made_for}, this program reads format {FORMAT}. "
            "Use the models of this version, or train them again."
        )
    if _digest(packed, settings) != digest:
        raise ModelError(_damaged(folder, "the digest does not match"))
    try:
        with np.load(folder / _ARRAYS, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise ModelError(_damaged(folder, str(error))) from error
    return arrays, settings, digest


def _damaged(folder: Path, why: str) -> str:
    return (
        f"{folder}: the model is damaged ({why}). A copy was probably cut off or a file edited "
        "by hand. Install the package again, or restore the folder from version control."
    )


def layer_arrays(name: str, layers: Layers) -> Arrays:
    """A network's arrays under names that `layers_from` finds again."""
    arrays = {f"{name}_weights_{i}": weights for i, weights in enumerate(layers.weights)}
    return arrays | {f"{name}_biases_{i}": biases for i, biases in enumerate(layers.biases)}


def layers_from(name: str, arrays: Arrays) -> Layers:
    """Gather a network's arrays in order."""
    count = sum(key.startswith(f"{name}_weights_") for key in arrays)
    return Layers(
        tuple(arrays[f"{name}_weights_{i}"].astype(np.float32) for i in range(count)),
        tuple(arrays[f"{name}_biases_{i}"].astype(np.float32) for i in range(count)),
    )


def _halves(weights: Pairs) -> NDArray[np.float16]:
    """Two models' weights, one row each, in half precision."""
    return np.stack([weights.real, weights.imag]).astype(np.float16)


def _planes(halves: NDArray[np.float16]) -> NDArray[np.uint8]:
    """The low and the high bytes of numbers apart, so that they pack better: by a fifteenth.

    >>> halves = np.array([[1.5, -2.0], [0.25, 3.0]], np.float16)
    >>> bool((_from_planes(_planes(halves)) == halves).all())
    True
    """
    numbers = halves.astype("<f2")
    return np.stack([numbers.view("<u2") & 255, numbers.view("<u2") >> 8]).astype(np.uint8)


def _from_planes(packed: NDArray[Any]) -> NDArray[np.float32]:
    """What `_planes` has packed; the numbers themselves in models of earlier versions."""
    if packed.dtype != np.uint8:
        return packed.astype(np.float32)
    low, high = packed.astype("<u2")
    return np.asarray((low | high << 8).view("<f2"), np.float32)


def save_content(folder: Path, model: ContentModel, rehearsal: Rehearsal) -> None:
    """Write the content model, with what it remembers of its training (see `load_rehearsal`)."""
    arrays: Arrays = {
        "words": _halves(model.words),
        "intercepts": model.intercepts,
        "rarity": model.rarity.astype(np.uint8),
    }
    arrays |= layer_arrays("first", model.first) | layer_arrays("second", model.second)
    if model.correction is not None:
        places = np.flatnonzero(model.correction.real.astype(np.float16))
        arrays["correction_places"] = places.astype(np.uint32)
        arrays["correction_weights"] = model.correction.real[places].astype(np.float16)
    trust = {f"trust_{name}": value for name, value in model.trust._asdict().items()}
    settings = {"keep_threshold": model.keep_threshold, **trust}
    save(folder, arrays | rehearsal_arrays(rehearsal), settings)


def load_content(folder: Path) -> ContentModel:
    """Raises `ModelError` when the model is missing, damaged, or another one."""
    arrays, settings, digest = load(folder)
    try:
        return ContentModel(
            digest[:8],
            settings["keep_threshold"],
            pack(arrays["words"].astype(np.float32)),
            arrays["intercepts"],
            layers_from("first", arrays),
            layers_from("second", arrays),
            Trust(**{name: settings[f"trust_{name}"] for name in Trust._fields}),
            arrays["rarity"].astype(np.int64),
            _correction(arrays),
        )
    except KeyError as error:
        raise ModelError(_another(folder, error)) from error


def load_rehearsal(folder: Path) -> Rehearsal:
    """What a content model remembers of its training; raises `ModelError` where it can't."""
    arrays, _, _ = load(folder)
    try:
        return rehearsal_from(arrays)
    except KeyError as error:
        raise ModelError(_another(folder, error)) from error


def _another(folder: Path, error: KeyError) -> str:
    return (
        f"{folder}: this is no content model of this version ({error} is missing). Use the models "
        "of this version, or train them again: python scripts/train.py --data DIR"
    )


def _correction(arrays: Arrays) -> Pairs | None:
    if "correction_places" not in arrays:
        return None
    weights = np.zeros((2, arrays["words"].shape[1]), np.float32)
    weights[0, arrays["correction_places"]] = arrays["correction_weights"]
    return pack(weights)


def save_authorship(folder: Path, model: AuthorshipModel) -> None:
    arrays: Arrays = {
        "vocabulary": np.packbits(model.vocabulary),
        "masked": _planes(_halves(model.masked)),
        "plain": _planes(_halves(model.plain)),
        "intercepts": model.intercepts,
    }
    arrays |= layer_arrays("pool", model.pool) | layer_arrays("whole", model.whole)
    thresholds = {
        "remove_threshold": model.remove_threshold,
        "suspect_threshold": model.suspect_threshold,
    }
    save(folder, arrays, thresholds)


def load_authorship(folder: Path) -> AuthorshipModel:
    arrays, settings, digest = load(folder)
    return AuthorshipModel(
        digest[:8],
        settings["remove_threshold"],
        settings["suspect_threshold"],
        np.unpackbits(arrays["vocabulary"]).astype(np.bool_),
        pack(_from_planes(arrays["masked"])),
        pack(_from_planes(arrays["plain"])),
        arrays["intercepts"],
        layers_from("pool", arrays),
        layers_from("whole", arrays),
    )
