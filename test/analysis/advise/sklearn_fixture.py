"""Writes sklearn_fixture.json: the numbers of scikit-learn that the tests of src/analysis/advise compare with.

Run with scikit-learn 1.5 or later: python test/analysis/advise/sklearn_fixture.py, then format the JSON: npm run fix
"""

import json
import pathlib
import warnings

import numpy
import sklearn
from sklearn.linear_model import BayesianRidge, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

warnings.filterwarnings("ignore")
random = numpy.random.default_rng(11)
STRENGTH = 30


def features(rows, length, classes, spread):
    centres = random.normal(size=(classes, length))
    labels = numpy.arange(rows) % classes
    values = spread * random.normal(size=(rows, length)) + centres[labels] + 0.5
    return numpy.round(values, 3).astype(numpy.float32), labels


def probe(x, y, asked):
    mean, deviation = x.mean(0), x.std(0)
    scaled = lambda rows: (rows - mean) / (deviation * numpy.sqrt(x.shape[1]))
    # Of two classes scikit-learn fits one vector of weights w; a softmax has w / 2 and -w / 2, half as much to penalize
    share = 2 if y.max() == 1 else 1
    model = LogisticRegression(C=share * STRENGTH, tol=1e-10, max_iter=10000).fit(scaled(x), y)
    loss = -model.predict_log_proba(scaled(x))[numpy.arange(len(y)), y].sum()
    return {
        "probabilities": model.predict_proba(scaled(asked)).tolist(),
        "objective": STRENGTH * loss + (model.coef_**2).sum() / 2 / share,
    }


def log_me(x, y, classes):
    """The evidence that BayesianRidge maximizes, for one against all, per row."""
    scores = []
    for c in range(classes):
        free = dict(alpha_1=0, alpha_2=0, lambda_1=0, lambda_2=0)
        model = BayesianRidge(fit_intercept=False, compute_score=True, tol=1e-12, max_iter=100000, **free)
        scores.append(model.fit(x.astype(float), (y == c).astype(float)).scores_[-1] / len(y))
    return float(numpy.mean(scores))


def case(title, rows, length, classes, spread):
    values, labels = features(rows + rows // 2, length, classes, spread)
    x, y, asked, expected = values[:rows], labels[:rows], values[rows:], labels[rows:]
    nearest = KNeighborsClassifier(5, metric="cosine", weights="distance", algorithm="brute").fit(x, y)
    return {
        "title": title,
        "classes": classes,
        "length": length,
        "values": x.astype(float).round(3).ravel().tolist(),
        "labels": y.tolist(),
        "asked": asked.astype(float).round(3).ravel().tolist(),
        "expected": expected.tolist(),
        "probe": probe(x.astype(float), y, asked.astype(float)),
        "nearest": nearest.predict(asked).tolist(),
        "logMe": log_me(x, y, classes),
    }


cases = [
    case("three classes, more rows than features", 60, 10, 3, 2.0),
    case("two classes that overlap", 50, 6, 2, 3.0),
    case("four classes, more features than rows", 24, 40, 4, 1.5),
]
file = pathlib.Path(__file__).with_suffix(".json")
file.write_text(json.dumps({"scikit-learn": sklearn.__version__, "strength": STRENGTH, "cases": cases}))
