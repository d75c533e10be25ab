"""The same lists through trec_eval, the reference program of the TREC conferences, and AUC through scipy.

trec_eval breaks ties by document name, so the lists are without ties. Its MAP@k divides by the number of relevant
items, ours by min(k, relevant); the test multiplies by the quotient.
"""

from __future__ import annotations

import numpy as np
import pytest
import pytrec_eval
from scipy.stats import mannwhitneyu

from core.evaluation import evaluate
from core.metrics import user_values
from tests.core.rankings import Table, split

KS = (1, 5, 10, 20, 50)
THEIRS = {"hit": "success", "precision": "P", "recall": "recall", "ndcg": "ndcg_cut", "map": "map_cut"}
USERS, ITEMS = 60, 150


@pytest.fixture(scope="module", params=["one", "several"])
def ranked(request: pytest.FixtureRequest) -> tuple:
    random = np.random.default_rng(11)
    scores = random.random((USERS, ITEMS), np.float32)
    train, test = {}, {}
    for user in range(USERS):
        items = random.permutation(ITEMS)
        held = 1 if request.param == "one" else int(random.integers(1, 70))
        test[user], train[user] = np.sort(items[:held]).tolist(), items[held : held + 20].tolist()
        scores[user, items[:held]] += 0.2
        assert len(np.unique(scores[user])) == ITEMS
    outcome = evaluate(Table(scores), split(train, test, USERS, ITEMS), "test", ks=KS)
    ours = user_values(outcome, [f"{key}@{k}" for key in THEIRS for k in KS] + ["mrr", "auc"])

    relevant = {f"u{user:02}": {f"i{item}": 1 for item in test[user]} for user in range(USERS)}
    lists = {
        f"u{user:02}": {f"i{item}": float(scores[user, item]) for item in range(ITEMS) if item not in train[user]}
        for user in range(USERS)
    }
    measures = {f"{theirs}.{','.join(map(str, KS))}" for theirs in THEIRS.values()} | {"recip_rank"}
    areas = []
    for user in range(USERS):
        others = [item for item in range(ITEMS) if item not in train[user] and item not in test[user]]
        higher = mannwhitneyu(*(scores[user, each].astype(float) for each in (test[user], others))).statistic
        areas.append(higher / len(test[user]) / len(others))
    theirs = pytrec_eval.RelevanceEvaluator(relevant, measures).evaluate(lists)
    return ours, theirs, areas, np.array([len(test[user]) for user in range(USERS)])


@pytest.mark.parametrize("key", THEIRS)
@pytest.mark.parametrize("k", KS)
def test_that_metrics_at_k_equal_trec_eval(ranked: tuple, key: str, k: int) -> None:
    ours, theirs, _, relevant = ranked
    expected = np.array([theirs[user][f"{THEIRS[key]}_{k}"] for user in sorted(theirs)])
    if key == "map":
        expected = expected * relevant / np.minimum(relevant, k)
    np.testing.assert_allclose(ours[f"{key}@{k}"], expected, rtol=1e-12, atol=1e-12)
    assert 0 < expected.mean() <= 1


def test_that_mrr_equals_trec_eval(ranked: tuple) -> None:
    ours, theirs, _, _ = ranked
    np.testing.assert_allclose(ours["mrr"], [theirs[user]["recip_rank"] for user in sorted(theirs)], rtol=1e-12)


def test_that_auc_equals_the_mann_whitney_statistic(ranked: tuple) -> None:
    ours, _, areas, _ = ranked
    np.testing.assert_allclose(ours["auc"], areas, rtol=1e-12)
