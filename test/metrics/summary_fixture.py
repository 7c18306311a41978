"""Writes summary_fixture.json: scikit-learn's numbers for test/metrics/summary.test.ts.

Run with scikit-learn 1.9: python test/metrics/summary_fixture.py, then format the JSON: npm run fix
"""

import json
import pathlib

import numpy
from sklearn.metrics import balanced_accuracy_score, f1_score, log_loss, roc_auc_score

random = numpy.random.default_rng(11)


def case(title, examples, classes, present, sharpness):
    labels = random.integers(0, present, examples)
    scores = random.normal(size=(examples, classes))
    scores[numpy.arange(examples), labels] += sharpness
    scores = numpy.round(scores, 1)  # some ties
    probabilities = numpy.exp(scores) / numpy.exp(scores).sum(axis=1, keepdims=True)
    predicted = probabilities.argmax(axis=1)
    areas = [roc_auc_score(labels == c, probabilities[:, c]) for c in range(present)]
    return {
        "title": title,
        "labels": labels.tolist(),
        "probabilities": probabilities.tolist(),
        "accuracy": float((predicted == labels).mean()),
        "balancedAccuracy": balanced_accuracy_score(labels, predicted),
        "macroF1": f1_score(labels, predicted, average="macro"),
        "auc": areas[1] if classes == 2 else float(numpy.mean(areas)),
        "logLoss": log_loss(labels, probabilities, labels=list(range(classes))),
    }


cases = [
    case("two classes", 60, 2, 2, 1.0),
    case("four classes", 90, 4, 4, 1.5),
    case("a class without examples", 70, 4, 3, 0.7),
]
target = pathlib.Path(__file__).with_name("summary_fixture.json")
target.write_text(json.dumps(cases) + "\n")
