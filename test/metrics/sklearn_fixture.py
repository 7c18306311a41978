"""Writes sklearn_fixture.json: the numbers of scikit-learn and SciPy that the tests of src/metrics compare with.

Run with scikit-learn 1.9: python test/metrics/sklearn_fixture.py, then format the JSON: npm run fix
"""

import json
import math
import pathlib
import warnings

import numpy
import sklearn
from scipy.stats import binomtest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    classification_report,
    confusion_matrix,
    f1_score,
    log_loss,
    roc_auc_score,
    top_k_accuracy_score,
)

warnings.filterwarnings("ignore")
random = numpy.random.default_rng(7)


def asked(call):
    """scikit-learn's result: a number (None for NaN), and the names of its warnings, or of its error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value = float(numpy.sum(call()))
        except Exception as error:
            return {"error": type(error).__name__, "message": str(error).split("\n")[0]}
    return {
        "value": None if math.isnan(value) else value,
        "warnings": sorted({warning.category.__name__ for warning in caught}),
    }


def case(title, labels, predictions, classes):
    names = [f"c{c}" for c in range(classes)]
    report = classification_report(
        labels, predictions, labels=range(classes), target_names=names, output_dict=True, zero_division=0
    )
    return {
        "title": title,
        "classes": names,
        "labels": [int(v) for v in labels],
        "predictions": [int(v) for v in predictions],
        "accuracy": accuracy_score(labels, predictions),
        "counts": confusion_matrix(labels, predictions, labels=range(classes)).tolist(),
        "rows": [report[name] for name in names],
        "macro": report["macro avg"],
        "weighted": report["weighted avg"],
    }


def noisy(examples, classes, right):
    labels = random.integers(0, classes, examples)
    return labels, numpy.where(random.random(examples) < right, labels, random.integers(0, classes, examples))


def of_tied_scores(examples, classes):
    """Predictions from scores, many of which are equal; among equal ones the lowest class is chosen, as in argmax."""
    labels = random.integers(0, classes, examples)
    return labels, random.integers(0, 3, (examples, classes)).argmax(axis=1)


def top_k(title, examples, classes, levels=None):
    """With `levels`, scores are whole numbers below it. Among equal scores scikit-learn prefers the highest class and argmax the
    lowest, so the order of the classes is reversed."""
    labels = random.integers(0, classes, examples)
    scores = random.integers(0, levels, (examples, classes)) if levels else random.normal(size=(examples, classes)).round(6)
    turned = classes - 1 - labels, scores[:, ::-1]
    ks = range(1, classes)  # with k = classes scikit-learn warns that the score is meaningless
    values = {k: top_k_accuracy_score(*turned, k=k, labels=range(classes)) for k in ks}
    return {"title": title, "labels": labels.tolist(), "scores": scores.tolist(), "values": values}


def of_nothing():
    """Each metric for an empty list of examples."""
    none, rows = [], numpy.zeros((0, 2))
    calls = {
        "accuracy": lambda: accuracy_score(none, none),
        "top-1 accuracy": lambda: top_k_accuracy_score(none, rows, k=1, labels=[0, 1]),
        "confusion matrix": lambda: confusion_matrix(none, none, labels=[0, 1]),
        "macro F1": lambda: f1_score(none, none, labels=[0, 1], average="macro", zero_division=0),
        "area under ROC": lambda: roc_auc_score(none, none),
        "average precision": lambda: average_precision_score(none, none),
        "log loss": lambda: log_loss(none, rows, labels=[0, 1]),
        "Brier score": lambda: brier_score_loss(none, rows, labels=[0, 1]),
    }
    return [{"metric": metric, "theirs": asked(call)} for metric, call in calls.items()]


def wilson(right, total, confidence):
    limits = binomtest(right, total).proportion_ci(confidence, method="wilson")
    return {"right": right, "total": total, "confidence": confidence, "low": limits.low, "high": limits.high}


fixture = {
    "versions": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__},
    "reports": [
        case("2 classes", *noisy(60, 2, 0.7), 2),
        case("5 classes", *noisy(150, 5, 0.8), 5),
        case("40 classes", *noisy(300, 40, 0.5), 40),
        case("imbalanced", numpy.array([0] * 95 + [1] * 5), numpy.array([0] * 97 + [1] * 3), 2),
        case("everything predicted as one class", numpy.array([0, 1, 2, 2]), numpy.array([1, 1, 1, 1]), 3),
        case("a class without examples that is predicted", numpy.array([0, 0, 2]), numpy.array([0, 1, 2]), 3),
        case("a class neither present nor predicted", numpy.array([0, 2, 2]), numpy.array([0, 2, 0]), 3),
        case("only one class", numpy.array([0, 0, 0]), numpy.array([0, 0, 0]), 1),
        case("all wrong", numpy.array([0, 1, 0]), numpy.array([1, 0, 1]), 2),
        case("one example", numpy.array([1]), numpy.array([1]), 2),
    ],
    "top_k": [top_k("4 classes", 50, 4), top_k("12 classes", 80, 12)],
    "wilson": [
        wilson(right, total, confidence)
        for right, total in [(0, 1), (1, 1), (0, 150), (150, 150), (131, 150), (75, 150), (1, 1000), (9999, 10000)]
        for confidence in [0.5, 0.9, 0.95, 0.99, 0.9999]
    ],
    "nothing": of_nothing(),
}
# last, so that the random numbers of the cases above do not change
fixture["reports"].append(case("predictions of tied scores", *of_tied_scores(60, 4), 4))
fixture["top_k"].append(top_k("6 classes with many ties", 60, 6, levels=3))
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, "bytes")
