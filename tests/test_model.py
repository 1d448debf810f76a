"""Artefacts: exact, guarded by digests, and equal to what scikit-learn computes."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from cleaner.classify import load_models
from cleaner.errors import ModelError
from cleaner.features import tokenise
from cleaner.features_words import content_grams, pack, score
from cleaner.layers import Layers, forward, sigmoid
from cleaner.modelstore import load, load_authorship, load_content, model_folder, save

SCRIPTS = str(Path(__file__).parents[1] / "scripts")
TEXTS = [
    f"{subject} {verb} the {thing} on {day}."
    for subject in ("The mayor", "A court", "Sign in", "Our app")
    for verb in ("opened", "closed", "offers", "unlocks")
    for thing in ("bridge", "newsletter", "case", "archive")
    for day in ("Monday", "Friday")
]


def test_shipped_models_load_and_are_small() -> None:
    """The models come with the program, in less than six megabytes."""
    models = load_models()

    assert len(models.content.digest) == len(models.authorship.digest) == 8
    assert 0 < models.authorship.suspect_threshold < models.authorship.remove_threshold < 1
    assert sum(path.stat().st_size for path in model_folder().glob("*/*")) < 6_000_000


@pytest.mark.parametrize("name", ["arrays.npz", "model.json"])
def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path, name: str) -> None:
    """An incomplete model is refused with a way out."""
    folder = tmp_path / "models"
    shutil.copytree(model_folder(), folder)
    (folder / "content" / name).unlink()

    with pytest.raises(ModelError, match=r"(?s)no model here.*train\.py"):
        load_models(folder)


def test_a_damaged_array_is_refused(tmp_path: Path) -> None:
    """One flipped byte is enough."""
    folder = tmp_path / "models"
    shutil.copytree(model_folder(), folder)
    path = folder / "authorship" / "arrays.npz"
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(bytes(body))

    with pytest.raises(ModelError, match="digest does not match"):
        load_models(folder)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "damaged"),
        ("[]", "damaged"),
        ('{"format": 99, "settings": {}, "digest": ""}', "format 99"),
    ],
)
def test_a_strange_description_is_refused(tmp_path: Path, body: str, message: str) -> None:
    """Neither half a file nor another format's file is loaded."""
    save(tmp_path, {"a": np.zeros(1)}, {})
    (tmp_path / "model.json").write_text(body)

    with pytest.raises(ModelError, match=message):
        load_content(tmp_path)


def test_an_edited_threshold_is_refused(tmp_path: Path) -> None:
    """The digest covers the settings too."""
    save(tmp_path, {"a": np.zeros(1)}, {"keep_threshold": 0.5})
    path = tmp_path / "model.json"
    body = json.loads(path.read_text())
    body["settings"]["keep_threshold"] = 0.1
    path.write_text(json.dumps(body))

    with pytest.raises(ModelError, match="digest"):
        load(tmp_path)


def test_the_same_arrays_give_the_same_bytes(tmp_path: Path) -> None:
    """Artefacts are reproducible: no time stamps, no order of insertion."""
    one, two = np.arange(5, dtype=np.float32), np.ones(3, np.float16)
    save(tmp_path / "a", {"x": one, "y": two}, {"p": 1.0, "q": 2.0})
    save(tmp_path / "b", {"y": two, "x": one}, {"q": 2.0, "p": 1.0})

    for name in ("arrays.npz", "model.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_models_with_plain_halves_still_load(tmp_path: Path) -> None:
    """An earlier version kept the weights as numbers, not in planes."""
    arrays, settings, _ = load(model_folder() / "authorship")
    shipped = load_authorship(model_folder() / "authorship")
    plain = shipped.plain
    arrays["plain"] = np.stack([plain.real, plain.imag]).astype(np.float16)
    save(tmp_path, arrays, settings)

    assert (load_authorship(tmp_path).plain == shipped.plain).all()


def test_word_scores_equal_those_of_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look-up tables compute what scikit-learn's linear model does."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    monkeypatch.syspath_prepend(SCRIPTS)
    from fit_content import matrix

    grams = content_grams(tokenise(TEXTS))
    x = matrix(grams)
    y = np.array(["The" in text or "court" in text for text in TEXTS]).astype(int)
    fitted = linear_model.LogisticRegression().fit(x, y)
    weights = fitted.coef_[0].astype(np.float32)
    ours = score(grams, pack(np.stack([weights, -weights])))[:, 0] + fitted.intercept_[0]

    assert np.abs(ours - fitted.decision_function(x)).max() < 1e-6
    assert np.abs(sigmoid(ours) - fitted.predict_proba(x)[:, 1]).max() < 1e-6


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_the_network_equals_that_of_scikit_learn() -> None:
    """Layers compute what scikit-learn's network with the same weights does."""
    neural_network = pytest.importorskip("sklearn.neural_network")
    chance = np.random.default_rng(1)
    x = chance.normal(size=(700, 6)).astype(np.float32)
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    network = neural_network.MLPClassifier((8, 4), max_iter=3, random_state=1).fit(x, y)
    layers = Layers(
        tuple(weights.astype(np.float32) for weights in network.coefs_),
        tuple(biases.astype(np.float32) for biases in network.intercepts_),
    )
    expected = network.predict_proba(x)[:, 1]

    assert np.abs(sigmoid(forward(layers, x)) - expected).max() < 1e-6
    assert np.array_equal(forward(layers, x)[300:310], forward(layers, x[300:310]))


def test_a_network_learns_what_no_line_can_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product of two inputs, from labels of which a tenth is wrong; the same twice."""
    monkeypatch.syspath_prepend(SCRIPTS)
    from fit_network import fit_network, mean_network

    chance = np.random.default_rng(1)
    x = chance.normal(3, 2, size=(6000, 4)).astype(np.float32)
    truth = (x[:, 0] - 3) * (x[:, 1] - 3) > 0
    y = (truth ^ (chance.random(truth.size) < 0.1)).astype(int)
    one, two = (fit_network(x, y, np.ones(y.size, np.float32), (12, 6), 150, s) for s in (1, 2))
    again = fit_network(x, y, np.ones(y.size, np.float32), (12, 6), 150, 1)

    assert np.mean((forward(one, x) > 0) == truth) > 0.93
    assert np.array_equal(forward(one, x), forward(again, x))
    both = (forward(one, x) + forward(two, x)) / 2
    assert np.abs(forward(mean_network([one, two]), x) - both).max() < 1e-4


def test_a_floor_of_the_table_is_kept_from_either_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """More is better, unless the aim lies below the floor; a row without a floor is no matter."""
    monkeypatch.syspath_prepend(SCRIPTS)
    from cards import Row, short_of

    rows = [Row("f1", "F1", 0.98, 0.955), Row("lost", "lost", 0.001, 0.005), Row("other", "other")]

    assert short_of(rows, {"f1": 0.955, "lost": 0.005, "other": 0.0}) == []
    assert short_of(rows, {"f1": 0.954, "lost": 0.006, "other": 0.0}) == [
        "F1: 0.9540, and the floor is 0.955", "lost: 0.0060, and the floor is 0.005",
    ]  # fmt: skip


def test_a_floor_is_not_lowered_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pinned limits move to the better side freely, to the worse side with a reason only."""
    monkeypatch.syspath_prepend(SCRIPTS)
    import gate

    metrics = {"limits": {"a.f1": 0.9, "a.lost": 0.01}, "allowed_regressions": []}

    with pytest.raises(ValueError, match=r"a\.f1: 0\.9000"):
        gate.raised(metrics, {"a.f1": 0.8, "a.lost": 0.01}, None)
    with pytest.raises(ValueError, match=r"a\.lost"):
        gate.raised(metrics, {"a.f1": 0.9, "a.lost": 0.05}, None)
    better = gate.raised(metrics, {"a.f1": 0.95, "a.lost": 0.001}, None)
    worse = gate.raised(metrics, {"a.f1": 0.8, "a.lost": 0.01}, "new gold")

    assert better["limits"]["a.f1"] > 0.9
    assert worse["allowed_regressions"][0]["reason"] == "new gold"
    assert gate.breaches(metrics, {"a.f1": 0.95, "a.lost": 0.02}) == [
        "a.lost is 0.0200, pinned at 0.0100 or less"
    ]
    assert SCRIPTS in sys.path
